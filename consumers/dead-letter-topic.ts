import type { Producer } from 'kafkajs'
import { messageOf, RetriableError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { ConsumerMetrics } from './metrics.ts'
import type { PutAside } from './middleware/dead-letter.ts'

const maxTextBytes = 4000

/**
 * Puts messages on the consumer's dead-letter topic: value unchanged, keyed by where it came from, the reason in headers.
 * It throws RetriableError while the brokers do not take it: the partition then waits, nothing is skipped.
 */
export const createDeadLetterTopic =
  (producer: Producer, topic: string, metrics: Pick<ConsumerMetrics, 'deadLetters'>, logger: Logger): PutAside =>
  async (message, error) => {
    const origin = `${message.topic}/${message.partition}/${message.offset}`
    const headers = {
      ...message.headers,
      'dead-letter-key': message.key ?? '',
      'dead-letter-origin': origin,
      'dead-letter-origin-timestamp': message.timestamp,
      'dead-letter-at': new Date().toISOString(),
      'dead-letter-error': error instanceof Error ? error.name : typeof error,
      'dead-letter-message': bounded(messageOf(error)),
      'dead-letter-stack': bounded(error instanceof Error ? (error.stack ?? '') : ''),
    }
    try {
      await producer.send({
        topic,
        acks: -1,
        messages: [{ key: origin, value: message.value, headers, timestamp: message.timestamp, partition: 0 }],
      })
    } catch (cause) {
      throw new RetriableError(`the dead letter of ${origin} could not be written: ${messageOf(cause)}`, { cause })
    }
    metrics.deadLetters.inc()
    logger.error('message put aside', { origin, dead_letter_topic: topic, error: messageOf(error) })
  }

const bounded = (text: string): string => Buffer.from(text).subarray(0, maxTextBytes).toString()
