import { type EventType, isQuarantine } from '../../schemas/catalogue.ts'
import type { Hook } from '../hook.ts'
import { type ChunkOversized, withoutBody } from './chunk-oversized.ts'
import { asQuarantined, type Classified, classify } from './classify.ts'
import type { Encoded, EncodeStage, OutgoingMessage } from './encode.ts'
import { type Normalised, normalise } from './normalise.ts'
import type { QuarantineCause } from './quarantine-cause.ts'
import { TopicUnavailableError } from './topic-unavailable-error.ts'

export interface PrepareStages {
  encode: EncodeStage
  chunkOversized: ChunkOversized
}

/** The messages of one hook. */
export interface Prepared extends Encoded {
  /** GitLab's name for the event, if the hook gave one. */
  name: string | null
  /** The chunks of the body. They must be acknowledged before the message is sent. */
  chunks: OutgoingMessage[]
  /** Paths of the fields that could not be read. */
  faults: readonly string[]
}

/**
 * Makes the messages of a hook: classify, normalise, encode, and chunk what is too large. If a stage says
 * that the hook must go to quarantine, the stages run a second time, for a quarantine record.
 *
 * This is a function of its own so that the parsed body can be freed while the hook waits for its
 * acknowledgement.
 *
 * @returns a function that gets a hook, and its class if that is known without parsing
 * @throws TopicUnavailableError if the body must be sent in chunks, but the topic of chunks is unavailable
 */
export const createPrepare = (stages: PrepareStages): ((hook: Hook, classified?: Classified) => Prepared) => {
  const { encode, chunkOversized } = stages

  const encodeToFit = (hook: Hook, normalised: Normalised): Messages | QuarantineCause => {
    const whole = encode(hook, normalised)
    if ('reason' in whole) return whole
    if (chunkOversized.fits(whole.message)) return { ...whole, chunks: [] }

    const chunks = chunkOversized.chunksOf(hook, normalised)
    if ('problem' in chunks) throw new TopicUnavailableError(whole.message.topic, chunks.problem)
    const claimCheck = encode(hook, withoutBody(normalised, chunks.length))
    if ('reason' in claimCheck) return claimCheck
    // For a quarantine record there is no other topic: it is sent even if it is too large.
    const isFinal = isQuarantine(normalised.event) || chunkOversized.fits(claimCheck.message)
    return isFinal ? { ...claimCheck, chunks } : chunkOversized.tooLarge(claimCheck)
  }

  const quarantine = (hook: Hook, event: EventType, cause: QuarantineCause): Messages => {
    const messages = encodeToFit(hook, normalise(hook, asQuarantined(event, cause)))
    if ('reason' in messages) throw new Error(`the quarantine record cannot be encoded: ${messages.detail}`)
    return messages
  }

  return (hook, classified = classify(hook)) => {
    const normalised = normalise(hook, classified)
    const first = encodeToFit(hook, normalised)
    const { event, message, chunks } = 'reason' in first ? quarantine(hook, normalised.event, first) : first
    const faults = normalised.record.delivery.coercion_faults
    return { event, name: classified.name, message, chunks, faults }
  }
}

type Messages = Pick<Prepared, 'event' | 'message' | 'chunks'>
