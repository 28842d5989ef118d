import type { Logger } from '../lib/logger.ts'
import type { Hook } from './hook.ts'
import type { IngressMetrics } from './metrics.ts'
import { acknowledged, type Kept } from './outcome.ts'
import type { Publisher } from './publish/publisher.ts'
import { TopicUnavailableError } from './publish/topic-unavailable-error.ts'
import type { Fit } from './record/chunk-oversized.ts'
import { classify } from './record/classify.ts'
import type { OutgoingMessage } from './record/encode.ts'
import { normalise } from './record/normalise.ts'

export interface DeliverStages {
  fit: Fit
  publisher: Pick<Publisher, 'publish'>
  /** Whether hooks wait on disk for this topic alone. */
  isWaitedFor(topic: string): boolean
  metrics: Pick<IngressMetrics, 'records' | 'coercionFaults'>
  logger: Logger
}

/**
 * The second half of a hook's way, from the hook to a record the brokers have acknowledged. Hooks from the spool take it too.
 *
 * @param deadlineMs how long it may take, in milliseconds; null: as long as it takes
 * @param waitedFor the topic the hook has waited for, where it comes from the spool of one
 * @throws RetriableError where the brokers do not acknowledge; TopicUnavailableError where it is the hook's topic alone, or where
 *   others wait for that; PermanentError where the brokers refuse the record for good
 */
export type Deliver = (hook: Hook, deadlineMs: number | null, waitedFor?: string) => Promise<Kept>

export const createDeliver = ({ fit, publisher, isWaitedFor, metrics, logger }: DeliverStages): Deliver => {
  /** A hook waits among those of its own topic, whatever keeps the pieces of its body from theirs. */
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
    const left = () =>
      deadlineMs === null ? null : Math.max(0, deadlineMs - (performance.now() - startedAt))
    const { event, name, message, chunks, faults } = prepare(hook, fit)
    const { topic } = message
    if (isWaitedFor(topic) && topic !== waitedFor)
      throw new TopicUnavailableError(topic, 'older hooks wait for it')
    if (chunks.length > 0) await publishChunks(chunks, topic, left())
    await publisher.publish(message, left())

    metrics.records.inc({ event })
    if (faults.length > 0) {
      metrics.coercionFaults.inc({ event }, faults.length)
      logger.warn('fields in a shape we do not know', {
        delivery_id: hook.id,
        event,
        fields: faults.slice(0, 5),
      })
    }
    return acknowledged({ event, name, topic, id: hook.id })
  }
}

/** The stages before the brokers, in a function of their own: a hook that waits for its acknowledgement must not hold on to its parsed body. */
const prepare = (hook: Hook, fit: Fit) => {
  const classified = classify(hook)
  const normalised = normalise(hook, classified)
  const { event, message, chunks } = fit(hook, normalised)
  return { event, name: classified.name, message, chunks, faults: normalised.record.delivery.coercion_faults }
}
