import type { Logger } from '../lib/logger.ts'
import { type EventType, isQuarantine } from '../schemas/catalogue.ts'
import type { Hook } from './hook.ts'
import type { IngressMetrics } from './metrics.ts'
import { acknowledged, type Kept } from './outcome.ts'
import type { Publisher } from './publish/publisher.ts'
import { TopicUnavailableError } from './publish/topic-unavailable-error.ts'
import { type ChunkOversized, withoutBody } from './record/chunk-oversized.ts'
import { asQuarantined, classify } from './record/classify.ts'
import type { Encoded, EncodeStage, OutgoingMessage } from './record/encode.ts'
import { type Normalised, normalise } from './record/normalise.ts'
import type { QuarantineCause } from './record/quarantine-cause.ts'

export interface DeliverStages extends PrepareStages {
  publisher: Pick<Publisher, 'publish'>
  /** Whether hooks on disk wait for this one topic. */
  hasWaitingHooks(topic: string): boolean
  metrics: Pick<IngressMetrics, 'records' | 'coercionFaults'>
  logger: Logger
}

/**
 * Turns a hook into a record and publishes it. Hooks from the spool go this way, too.
 *
 * @param deadlineMs how long it may take, in milliseconds; null: without a limit
 * @param waitedFor the topic for which the hook has waited, if it comes from the spool of a topic
 * @throws RetriableError if the brokers do not acknowledge the record
 * @throws TopicUnavailableError if only the topic of the hook is unavailable, or if older hooks wait for it
 * @throws PermanentError if the brokers refuse the record for good
 */
export type Deliver = (hook: Hook, deadlineMs: number | null, waitedFor?: string) => Promise<Kept>

/**
 * The second half of a hook's way. From here `publisher.ts` takes the message to `group-commit.ts`, which
 * sends it together with others through `sender.ts`.
 */
export const createDeliver = (stages: DeliverStages): Deliver => {
  const { publisher, hasWaitingHooks, metrics, logger } = stages
  const prepare = createPrepare(stages)

  /** A hook waits in the spool of its own topic, even if it is the topic of chunks that is unavailable. */
  const publishChunks = async (
    chunks: readonly OutgoingMessage[],
    topic: string,
    deadlineMs: number | null,
  ) => {
    try {
      await Promise.all(chunks.map((chunk) => publisher.publish(chunk, deadlineMs)))
    } catch (error) {
      throw error instanceof TopicUnavailableError ? new TopicUnavailableError(topic, error.message) : error
    }
  }

  return async (hook, deadlineMs, waitedFor) => {
    const startedAt = performance.now()
    const leftMs = () =>
      deadlineMs === null ? null : Math.max(0, deadlineMs - (performance.now() - startedAt))
    const { event, name, message, chunks, faults } = prepare(hook)
    const { topic } = message
    if (hasWaitingHooks(topic) && topic !== waitedFor)
      throw new TopicUnavailableError(topic, 'older hooks wait for it')
    if (chunks.length > 0) await publishChunks(chunks, topic, leftMs())
    await publisher.publish(message, leftMs())

    metrics.records.inc({ event })
    if (faults.length > 0) {
      metrics.coercionFaults.inc({ event }, faults.length)
      logger.warn('some fields of a hook have an unknown form and were left empty', {
        delivery_id: hook.id,
        event,
        fields: faults.slice(0, 5),
      })
    }
    return acknowledged({ event, name, topic, id: hook.id })
  }
}

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
 * @throws TopicUnavailableError if the body must be sent in chunks, but the topic of chunks is unavailable
 */
export const createPrepare = (stages: PrepareStages): ((hook: Hook) => Prepared) => {
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

  return (hook) => {
    const classified = classify(hook)
    const normalised = normalise(hook, classified)
    const first = encodeToFit(hook, normalised)
    const { event, message, chunks } = 'reason' in first ? quarantine(hook, normalised.event, first) : first
    const faults = normalised.record.delivery.coercion_faults
    return { event, name: classified.name, message, chunks, faults }
  }
}

type Messages = Pick<Prepared, 'event' | 'message' | 'chunks'>
