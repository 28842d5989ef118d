import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { messageOf } from '../../lib/errors.ts'
import { readLog } from '../../lib/kafka/log-reader.ts'
import type { Logger } from '../../lib/logger.ts'
import type { IngressMetrics } from '../metrics.ts'
import type { Publisher } from './publisher.ts'

/** What the last look at the way to Kafka and back has shown. */
export interface Canary {
  /** Milliseconds since 1970 of the last acknowledged record that was read back; before the first, of the first look; null before that. */
  lastReadBack(): number | null
  stop(): void
}

export interface CanaryOptions {
  kafka: Kafka
  topic: string
  publisher(): Publisher | undefined
  metrics: Pick<IngressMetrics, 'lastReadBack'>
  logger: Logger
}

const everyMs = 15_000
const limitMs = 5000

/** Publishes a record every few seconds and reads it back: an acknowledgement alone does not say that anybody can read. */
export const startCanary = ({ kafka, topic, publisher, metrics, logger }: CanaryOptions): Canary => {
  let lastReadBack: number | null = null
  let isLooking = false

  const look = async () => {
    const way = publisher()
    if (way === undefined || isLooking) return
    isLooking = true
    lastReadBack ??= Date.now()
    try {
      const nonce = randomUUID()
      await way.publish(
        { topic, key: 'canary', value: Buffer.from(nonce), headers: {}, timestamp: String(Date.now()) },
        limitMs,
      )
      await findInLog(kafka, topic, nonce)
      lastReadBack = Date.now()
      metrics.lastReadBack.setToCurrentTime()
    } catch (error) {
      logger.warn('the canary did not come back', { error: messageOf(error) })
    } finally {
      isLooking = false
    }
  }

  void look()
  const timer = setInterval(look, everyMs).unref()
  return { lastReadBack: () => lastReadBack, stop: () => clearInterval(timer) }
}

const findInLog = async (kafka: Kafka, topic: string, nonce: string): Promise<void> => {
  for await (const { value } of readLog(kafka, {
    topics: [topic],
    from: 'beginning',
    signal: AbortSignal.timeout(limitMs),
  })) {
    if (value?.toString() === nonce) return
  }
  throw new Error('published, but not found in the log')
}
