import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { messageOf, readable } from '../lib/errors.ts'
import type { EventType } from '../schemas/catalogue.ts'
import type { Message } from './consumer.ts'

/** Header of a message on the retry topic: which event it is, since the topic no longer tells. */
export const redriveEventHeader = 'redrive-event'
/** How often it was taken back from the dead letters. */
export const redriveCountHeader = 'redrive-count'
/** The dead letter it is a copy of: key and offset on the dead-letter topic, since a record may be put aside twice. */
export const redriveOfHeader = 'redrive-of'
/** Where it was read first, `topic/partition/offset`. */
export const redriveOriginHeader = 'redrive-origin'

const maxTextBytes = 4000

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** Why and whence a message was put aside; they come on top of its own headers. */
export const deadLetterHeaders = (
  message: Message,
  event: EventType,
  error: unknown,
  attempts: number,
): Record<string, Buffer | string> => ({
  'dead-letter-event': event,
  'dead-letter-key': message.key ?? '',
  'dead-letter-origin': `${message.topic}/${message.partition}/${message.offset}`,
  'dead-letter-origin-timestamp': message.timestamp,
  'dead-letter-at': new Date().toISOString(),
  'dead-letter-attempts': String(attempts),
  'dead-letter-version': version,
  'dead-letter-error': kindOf(error),
  'dead-letter-message': bounded(messageOf(error)),
  'dead-letter-stack': bounded(stackOf(error)),
  'dead-letter-fingerprint': fingerprintOf(error),
})

/** Equal for failures of one kind: numbers, ids and quoted values in the message differ from record to record. */
export const fingerprintOf = (error: unknown): string => {
  const text = messageOf(error)
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '""')
    .replaceAll(/[0-9a-f]{8,}|\d+/gi, '0')
  return hash('sha256', `${kindOf(error)}: ${text}`).slice(0, 12)
}

const kindOf = (error: unknown): string => (error instanceof Error ? readable(() => error.name) : typeof error)

const stackOf = (error: unknown): string => (error instanceof Error ? readable(() => error.stack ?? '') : '')

const bounded = (text: string): string => Buffer.from(text).subarray(0, maxTextBytes).toString()
