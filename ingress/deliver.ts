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
  publisher: Pick<Publisher, 'enqueue'>
  /** Whether hooks on disk wait for this one topic. */
  hasWaitingHooks(topic: string): boolean
  metrics: Pick<IngressMetrics, 'records' | 'coercionFaults'>
  logger: Logger
}

/** What became of a delivery. */
export type Delivered =
  | { kept: Kept }
  /**
   * One of these errors: RetriableError if the brokers do not acknowledge the record; TopicUnavailableError
   * if only the topic of the hook is unavailable, or if older hooks wait for it; PermanentError if the
   * brokers refuse the record for good.
   */
  | { error: unknown }

export interface DeliverOptions {
  /** The topic for which the hook has waited, if it comes from the spool of a topic. */
  waitedFor?: string | undefined
  /** Whether older hooks that are not on disk yet wait for this topic. */
  mustWait?(topic: string): boolean
  /**
   * Called once, at the moment when the result is known: before any later record of the same partition can be
   * sent, and perhaps before `deliver` returns.
   */
  onSettled(delivered: Delivered): void
}

/** A hook on its way to the brokers. */
export interface Delivery {
  /** The topic of its record; undefined if no record could be made. */
  readonly topic: string | undefined
  /** Takes the record out of the queue, unless it is settled: it is settled with this error. */
  withdraw(error: Error): void
}

/**
 * Turns a hook into a record and queues it for the brokers in the same tick: records of one partition are
 * written in the order of the calls. Hooks from the spool go this way, too. Never throws.
 */
export type Deliver = (hook: Hook, options: DeliverOptions) => Delivery

/**
 * The second half of a hook's way. From here `publisher.ts` takes the message to `group-commit.ts`, which
 * sends it together with others through `sender.ts`.
 */
export const createDeliver = (stages: DeliverStages): Deliver => {
  const { publisher, hasWaitingHooks } = stages
  const prepare = createPrepare(stages)

  const prepareUnlessOlderWait = (hook: Hook, { waitedFor, mustWait }: DeliverOptions): Prepared => {
    const prepared = prepare(hook)
    const { topic } = prepared.message
    if ((hasWaitingHooks(topic) && topic !== waitedFor) || mustWait?.(topic))
      throw new TopicUnavailableError(topic, 'older hooks wait for it')
    return prepared
  }

  return (hook, options) => {
    const { onSettled } = options
    let prepared: Prepared
    try {
      prepared = prepareUnlessOlderWait(hook, options)
    } catch (error) {
      onSettled({ error })
      return notQueued
    }
    const { event, name, message, chunks, faults } = prepared
    const { topic } = message
    const withdraw = publisher.enqueue({ message, chunks }, (error) => {
      if (error !== undefined) return onSettled({ error: ofOwnTopic(error, topic) })
      reportAcknowledged(stages, hook.id, event, faults)
      onSettled({ kept: acknowledged({ event, name, topic, id: hook.id }) })
    })
    return { topic, withdraw }
  }
}

/** The delivery of a hook that has no place in the queue. */
export const notQueued: Delivery = { topic: undefined, withdraw: () => {} }

/** A hook waits in the spool of its own topic, even if it is the topic of chunks that is unavailable. */
const ofOwnTopic = (error: Error, topic: string): Error =>
  error instanceof TopicUnavailableError && error.topic !== topic
    ? new TopicUnavailableError(topic, error.message)
    : error

const reportAcknowledged = (
  { metrics, logger }: Pick<DeliverStages, 'metrics' | 'logger'>,
  id: string,
  event: EventType,
  faults: readonly string[],
): void => {
  metrics.records.inc({ event })
  if (faults.length === 0) return
  metrics.coercionFaults.inc({ event }, faults.length)
  logger.warn('some fields of a hook have an unknown form and were left empty', {
    delivery_id: id,
    event,
    fields: faults.slice(0, 5),
  })
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
