import type { Producer } from 'kafkajs'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { isTooLarge } from '../../../lib/kafka/is-too-large.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { Message } from '../../consumer.ts'
import type { ConsumerMetrics } from '../metrics.ts'
import type { PutAside } from '../middleware/dead-letter.ts'
import {
  type DeadLetterForm,
  deadLetterForms,
  deadLetterHeaders,
  redriveCountHeader,
  redriveOriginHeader,
} from './dead-letter-headers.ts'

/**
 * Puts messages on the consumer's dead-letter topic: value unchanged, keyed by where it came from, the reason in headers. Where
 * the topic does not take that much, with less of the reason, and at last without the record, which stays where it was read.
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
    for (const form of deadLetterForms) {
      const headers = {
        ...ownHeaders(message, form),
        ...deadLetterHeaders(message, eventOf(message), error, attempts, form),
      }
      // Without a value it would be a tombstone.
      const value = (form === 'at-origin' ? null : message.value) ?? Buffer.alloc(0)
      try {
        await producer.send({
          topic,
          acks: -1,
          messages: [{ key: origin, value, headers, timestamp: message.timestamp, partition: 0 }],
        })
        metrics.deadLetters.inc()
        logger.error('message put aside', { origin, dead_letter_topic: topic, form, error: messageOf(error) })
        return
      } catch (cause) {
        if (isTooLarge(cause) && form !== 'at-origin') continue
        throw new RetriableError(`the dead letter of ${origin} could not be written: ${messageOf(cause)}`, {
          cause,
        })
      }
    }
  }

/** Where a redriven message came from, and how often: what is left at its origin would not be asked for it. */
const kept: readonly string[] = [redriveOriginHeader, redriveCountHeader]

const ownHeaders = ({ headers }: Message, form: DeadLetterForm): Message['headers'] =>
  form === 'at-origin'
    ? Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name)))
    : headers
