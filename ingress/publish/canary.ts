import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { messageOf } from '../../lib/errors.ts'
import { accessDenied, isAccessError, topicNeeds } from '../../lib/kafka/access.ts'
import { readLog } from '../../lib/kafka/log-reader.ts'
import type { Logger } from '../../lib/logger.ts'
import type { IngressMetrics } from '../metrics.ts'
import type { Publisher } from './publisher.ts'

export interface Canary {
  /**
   * When a canary record was last read back, in milliseconds of the monotonic clock. Before the first one:
   * when it was published. Null as long as there is no connection to Kafka.
   */
  lastReadBack(): number | null
  stop(): void
}

export interface CanaryOptions {
  kafka: Kafka
  topic: string
  /** Undefined as long as there is no connection to Kafka. */
  publisher(): Publisher | undefined
  metrics: Pick<IngressMetrics, 'lastReadBack'>
  logger: Logger
  /** How often a record is published. */
  intervalMs: number
  /** The monotonic clock. A clock that is set must not make a record look old. */
  now?: () => number
}

const timeoutMs = 5000

/**
 * Publishes a record at regular intervals and reads it back: acknowledged records might still be unreadable.
 */
export const startCanary = (options: CanaryOptions): Canary => {
  const { kafka, topic, publisher, metrics, logger, intervalMs, now = () => performance.now() } = options
  let lastReadBack: number | null = null
  let isProbing = false

  /** A right to write that is missing makes the topic unavailable, and the error of the publisher says so. */
  const explain = (error: unknown) =>
    isAccessError(error) ? accessDenied(kafka, topicNeeds('Read', [topic])) : error

  const probe = async () => {
    const connected = publisher()
    if (connected === undefined || isProbing) return
    isProbing = true
    lastReadBack ??= now()
    try {
      const nonce = randomUUID()
      await connected.publish(
        { topic, key: 'canary', value: Buffer.from(nonce), headers: {}, timestamp: String(Date.now()) },
        timeoutMs,
      )
      await findInLog(kafka, topic, nonce)
      lastReadBack = now()
      metrics.lastReadBack.setToCurrentTime()
    } catch (error) {
      logger.warn('the canary record was not read back', { error: messageOf(explain(error)) })
    } finally {
      isProbing = false
    }
  }

  void probe()
  const timer = setInterval(probe, intervalMs).unref()
  return { lastReadBack: () => lastReadBack, stop: () => clearInterval(timer) }
}

const findInLog = async (kafka: Kafka, topic: string, nonce: string): Promise<void> => {
  const signal = AbortSignal.timeout(timeoutMs)
  for await (const { value } of readLog(kafka, { topics: [topic], from: 'beginning', signal }))
    if (value?.toString() === nonce) return
  throw new Error('the record was acknowledged, but it is not in the log')
}
