import type { Producer } from 'kafkajs'
import { messageOf, RetriableError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { EventType } from '../schemas/catalogue.ts'
import type { Message } from './consumer.ts'
import { deadLetterHeaders } from './dead-letter-headers.ts'
import type { ConsumerMetrics } from './metrics.ts'
import type { PutAside } from './middleware/dead-letter.ts'

/**
 * Puts messages on the consumer's dead-letter topic: value unchanged, keyed by where it came from, the reason in headers.
 * It throws RetriableError while the brokers do not take it: the partition then waits, nothing is skipped.
 */
export const createDeadLetterTopic =
  (
    producer: Producer,
    topic: string,
    eventOf: (message: Message) => EventType,
    metrics: Pick<ConsumerMetrics, 'deadLetters'>,
    logger: Logger,
  ): PutAside =>
  async (message, error, attempts) => {
    const origin = `${message.topic}/${message.partition}/${message.offset}`
    const headers = { ...message.headers, ...deadLetterHeaders(message, eventOf(message), error, attempts) }
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
