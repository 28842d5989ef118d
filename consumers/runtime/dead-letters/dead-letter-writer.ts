import type { Producer } from 'kafkajs'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { hasBrokerError } from '../../../lib/kafka/has-broker-error.ts'
import { isTooLarge } from '../../../lib/kafka/is-too-large.ts'
import { messageOrigin } from '../../../lib/kafka/message-origin.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { Message } from '../../consumer.ts'
import type { WriteDeadLetter } from '../middleware/dead-letter.ts'
import {
  type DeadLetterForm,
  deadLetterForms,
  deadLetterHeaders,
  redriveCountHeader,
  redriveOriginHeader,
} from './dead-letter-headers.ts'

export interface DeadLetterWriterOptions {
  producer: Pick<Producer, 'send'>
  /** The dead-letter topic of the worker. */
  topic: string
  eventOf(message: Message): EventType
  metrics: { deadLetters: { inc(): void } }
  logger: Logger
}

/**
 * Writes messages to the dead-letter topic: the value unchanged, the origin as key, the reason in headers. If
 * the topic refuses the dead letter because it is too large, it is written with a shorter reason. If it is
 * still too large, it is written without the message, which stays where it was read.
 *
 * The returned function throws RetriableError while the brokers do not store the dead letter. The worker then
 * waits, and skips nothing.
 */
export const createDeadLetterWriter = (options: DeadLetterWriterOptions): WriteDeadLetter => {
  const { producer, topic, metrics, logger } = options
  return async (message, error, attempts) => {
    const origin = messageOrigin(message)
    for (const form of deadLetterForms) {
      try {
        const letter = toDeadLetter(message, options.eventOf(message), error, attempts, form)
        await producer.send({ topic, acks: -1, messages: [letter] })
        metrics.deadLetters.inc()
        logger.error('a message became a dead letter', {
          origin,
          dead_letter_topic: topic,
          form,
          error: messageOf(error),
        })
        return
      } catch (cause) {
        if (isTooLarge(cause) && form !== 'at-origin') continue
        const reason = hasBrokerError(cause, /^UNKNOWN_TOPIC_OR_PARTITION$/)
          ? `the topic ${topic} does not exist. Run \`bridge setup\`, which creates it`
          : `${messageOf(cause)} (topic ${topic})`
        throw new RetriableError(`cannot write the dead letter of ${origin}: ${reason}`, { cause })
      }
    }
  }
}

const toDeadLetter = (
  message: Message,
  event: EventType,
  error: unknown,
  attempts: number,
  form: DeadLetterForm,
) => ({
  key: messageOrigin(message),
  // Without a value the dead letter would be a tombstone, which deletes it from the compacted topic.
  value: (form === 'at-origin' ? null : message.value) ?? Buffer.alloc(0),
  headers: { ...keptHeaders(message, form), ...deadLetterHeaders(message, event, error, attempts, form) },
  timestamp: message.timestamp,
  partition: 0,
})

/**
 * Headers that a dead letter keeps even without its message. They say where a redriven message came from and
 * how often it was redriven; the message at the origin does not say it.
 */
const alwaysKept: readonly string[] = [redriveOriginHeader, redriveCountHeader]

const keptHeaders = ({ headers }: Message, form: DeadLetterForm): Message['headers'] =>
  form === 'at-origin'
    ? Object.fromEntries(Object.entries(headers).filter(([name]) => alwaysKept.includes(name)))
    : headers
