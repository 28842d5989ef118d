import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { messageOf, readable } from '../../../lib/errors.ts'
import { messageOrigin } from '../../../lib/kafka/message-origin.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { Message } from '../../consumer.ts'

/** Header on the retry topic: the event type of the message, because that topic holds every event. */
export const redriveEventHeader = 'redrive-event'
/** Header: how often the message was redriven from the dead letters. */
export const redriveCountHeader = 'redrive-count'
/**
 * Header: which dead letter the message is a copy of. It holds key and offset on the dead-letter topic,
 * because a message may become a dead letter twice.
 */
export const redriveOfHeader = 'redrive-of'
/** Header: where the message was read first, as `topic/partition/offset`. */
export const redriveOriginHeader = 'redrive-origin'

/**
 * Header of a dead letter: where the value of its message is.
 *
 * `here`: in the dead letter. `none`: the message has no value, and the dead letter has an empty one, because
 * without a value it would be a tombstone. `at-origin`: value and headers are only where the message was
 * read, because they are too large for the dead-letter topic.
 */
export const deadLetterValueHeader = 'dead-letter-value'

/** How much of the message and the reason a dead letter holds. Each form is smaller than the one before. */
export const deadLetterForms = ['full', 'brief', 'at-origin'] as const
export type DeadLetterForm = (typeof deadLetterForms)[number]

/** How much of the error's message and stack a dead letter holds, in bytes. */
const maxTextBytes = 4000
/** How much of every text a dead letter holds where space is short, in bytes. */
const maxBriefBytes = 200

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** The origin and the reason of a dead letter. They are added to the headers of the message. */
export const deadLetterHeaders = (
  message: Message,
  event: EventType,
  error: unknown,
  attempts: number,
  form: DeadLetterForm = 'full',
): Record<string, Buffer | string> => {
  const key = message.key ?? ''
  const textBytes = form === 'full' ? maxTextBytes : maxBriefBytes
  return {
    [deadLetterValueHeader]: form === 'at-origin' ? form : message.value === null ? 'none' : 'here',
    'dead-letter-event': event,
    'dead-letter-key': form === 'at-origin' && key.length > maxBriefBytes ? '' : key,
    'dead-letter-origin': messageOrigin(message),
    'dead-letter-origin-timestamp': message.timestamp,
    'dead-letter-at': new Date().toISOString(),
    'dead-letter-attempts': String(attempts),
    'dead-letter-version': version,
    'dead-letter-error': bounded(kindOf(error), maxBriefBytes),
    'dead-letter-message': bounded(messageOf(error), textBytes),
    'dead-letter-stack': form === 'full' ? bounded(stackOf(error), textBytes) : '',
    'dead-letter-fingerprint': fingerprintOf(error),
  }
}

/**
 * Identifies a kind of failure. It is equal for errors that differ only in quoted values, ids, hashes and
 * numbers, because these change from message to message.
 */
export const fingerprintOf = (error: unknown): string => {
  const text = messageOf(error)
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '""')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{8,}\b|\b\w*\d\w*/gi, '0')
  return hash('sha256', `${kindOf(error)}: ${text}`).slice(0, 12)
}

const kindOf = (error: unknown): string =>
  error instanceof Error ? readable(() => error.name) : typeof error

const stackOf = (error: unknown): string => (error instanceof Error ? readable(() => error.stack ?? '') : '')

const bounded = (text: string, bytes: number): string => Buffer.from(text).subarray(0, bytes).toString()
