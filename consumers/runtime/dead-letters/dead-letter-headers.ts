import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { messageOf, readable } from '../../../lib/errors.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { Message } from '../../consumer.ts'

/** Header of a message on the retry topic: which event it is, since the topic no longer tells. */
export const redriveEventHeader = 'redrive-event'
/** How often it was taken back from the dead letters. */
export const redriveCountHeader = 'redrive-count'
/** The dead letter it is a copy of: key and offset on the dead-letter topic, since a record may be put aside twice. */
export const redriveOfHeader = 'redrive-of'
/** Where it was read first, `topic/partition/offset`. */
export const redriveOriginHeader = 'redrive-origin'

/**
 * Header of a dead letter: where the value of its message is. `here`; `none`: it has no value, and the dead letter is not to be a
 * tombstone; `at-origin`: with its headers where it was read, since the dead-letter topic does not take it.
 */
export const deadLetterValueHeader = 'dead-letter-value'

/** How much of a message and of the reason a dead letter holds; each is smaller than the one before it. */
export const deadLetterForms = ['full', 'brief', 'at-origin'] as const
export type DeadLetterForm = (typeof deadLetterForms)[number]

/** Limits of a text, in bytes: of the message and the stack of an error, and of what is kept of either where space is short. */
const [maxTextBytes, maxBriefBytes] = [4000, 200]

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Why and whence a message was put aside; they come on top of its own headers. */
export const deadLetterHeaders = (
  message: Message,
  event: EventType,
  error: unknown,
  attempts: number,
  form: DeadLetterForm = 'full',
): Record<string, Buffer | string> => {
  const [key, textBytes] = [message.key ?? '', form === 'full' ? maxTextBytes : maxBriefBytes]
  return {
    [deadLetterValueHeader]: form === 'at-origin' ? form : message.value === null ? 'none' : 'here',
    'dead-letter-event': event,
    'dead-letter-key': form === 'at-origin' && key.length > maxBriefBytes ? '' : key,
    'dead-letter-origin': `${message.topic}/${message.partition}/${message.offset}`,
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

/** Equal for failures of one kind: quoted values, ids, hashes and numbers in the message differ from record to record. */
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
