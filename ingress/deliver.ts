import type { Logger } from '../lib/logger.ts'
import { startRunningTimer } from '../lib/running-timer.ts'
import type { EventType } from '../schemas/catalogue.ts'
import type { Hook } from './hook.ts'
import type { IngressMetrics } from './metrics.ts'
import { acknowledged, type Kept } from './outcome.ts'
import type { Publisher } from './publish/publisher.ts'
import type { PrepareLarge } from './record/large/prepare-large.ts'
import { isLargeBody } from './record/large-body.ts'
import { createPrepare, type Prepared, type PrepareStages } from './record/prepare.ts'
import { TopicUnavailableError } from './record/topic-unavailable-error.ts'

export interface DeliverStages extends PrepareStages {
  /** Makes the messages of large bodies. */
  prepareLarge: PrepareLarge
  /** Whether the process that does so has started. */
  isLargeReady?: () => boolean
  publisher: Pick<Publisher, 'enqueue' | 'reserve'>
  /** Whether hooks on disk wait for this one topic. */
  hasWaitingHooks(topic: string): boolean
  metrics: Pick<IngressMetrics, 'records' | 'coercionFaults' | 'placesLost'>
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
  /** Whether the hook is on disk. Each process would try it again, so it must not end them. */
  isSpooled?: boolean
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
  const prepare = createPrepare(stages)
  return (hook, options) => {
    if (isLargeBody(hook.body)) return deliverLarge(hook, options, stages)
    let prepared: Prepared
    try {
      prepared = prepare(hook)
    } catch (error) {
      options.onSettled({ error })
      return notQueued
    }
    return queue(hook, prepared, options, stages, stages.publisher.enqueue)
  }
}

const queue = (
  { id }: Hook,
  { event, name, message, chunks, faults }: Prepared,
  { waitedFor, mustWait, onSettled }: DeliverOptions,
  stages: DeliverStages,
  enqueue: Publisher['enqueue'],
): Delivery => {
  const { topic } = message
  if ((stages.hasWaitingHooks(topic) && topic !== waitedFor) || mustWait?.(topic)) {
    onSettled({ error: new TopicUnavailableError(topic, 'older hooks wait for it') })
    return notQueued
  }
  const withdraw = enqueue({ message, chunks }, (error, at) => {
    if (error !== undefined) return onSettled({ error: ofOwnTopic(error, topic) })
    reportAcknowledged(stages, id, event, faults)
    onSettled({ kept: acknowledged({ event, name, topic, id }, at) })
  })
  return { topic, withdraw }
}

/** Later hooks wait so long for the key of a large body, in milliseconds. Then they can overtake it. */
const maxKeyMs = 500

/**
 * The same while the process that makes its record is being started, since a busy machine needs seconds for
 * that, and while the common spool is drained: then no sender waits.
 */
const maxKeyUnhurriedMs = 3000

/**
 * A large body reserves its place in the queue, because another process makes its record. All later hooks
 * wait until its key is known, and then only those of its partition.
 */
const deliverLarge = (hook: Hook, options: DeliverOptions, stages: DeliverStages): Delivery => {
  const { publisher, prepareLarge, isLargeReady = () => true, metrics } = stages
  let isSettled = false
  let queued: Delivery = notQueued
  const settle = (delivered: Delivered) => {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    // First it is decided what becomes of this hook: the later ones may have to wait with it.
    options.onSettled(delivered)
    place.release()
  }
  const place = publisher.reserve((error) => settle({ error }))
  const isUnhurried = !isLargeReady() || (options.isSpooled === true && options.waitedFor === undefined)
  const timer = startRunningTimer(
    () => {
      place.release()
      metrics.placesLost.inc()
    },
    isUnhurried ? maxKeyUnhurriedMs : maxKeyMs,
  )
  const onPrepared = (prepared: Prepared) => {
    clearTimeout(timer)
    if (!isSettled) queued = queue(hook, prepared, { ...options, onSettled: settle }, stages, place.fill)
  }
  prepareLarge(hook, {
    isSpooled: options.isSpooled ?? false,
    isWanted: () => !isSettled,
    onKey: (topic, key) => {
      clearTimeout(timer)
      place.narrow(topic, key)
    },
  }).then(onPrepared, (error: unknown) => settle({ error }))
  return {
    get topic() {
      return queued.topic
    },
    withdraw: (error) => {
      queued.withdraw(error)
      settle({ error })
    },
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
