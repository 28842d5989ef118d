import {
  redriveCountHeader,
  redriveOriginHeader,
} from '../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import type { LogMessage } from '../../lib/kafka/log-reader.ts'
import { type EventType, isEventType } from '../../schemas/catalogue.ts'

/** A record that a worker could not handle, without the message itself. */
export interface DeadLetter {
  worker: string
  /** Its key on the dead-letter topic: where the worker read it, as `topic/partition/offset`. */
  dead_letter: string
  event: EventType
  /** Key of the event: a project id, or another id such as `group:78`; null if the event had no key. */
  key: string | null
  delivery_id: string | null
  /** When the worker dead-lettered it, ISO 8601. */
  at: string
  /** How often the worker tried to handle it. */
  attempts: number
  /** Class of the error. */
  error: string
  message: string
  stack: string
  /** Equal for dead letters with the same kind of error. */
  fingerprint: string
  /** Version of the bridge that dead-lettered it. */
  version: string
  /** Where it was read the first time. It differs from `dead_letter` after a redrive. */
  origin: string
  /** How often it was redriven before. */
  redrives: number
  /** Offset on the dead-letter topic. */
  offset: number
}

/** @param message of a dead-letter topic; it must not be a tombstone */
export const deadLetterOf = (worker: string, message: LogMessage): DeadLetter => {
  const { key, offset, timestamp, headers } = message
  const read = (name: string) => headers[`dead-letter-${name}`] ?? ''
  const event = read('event')
  return {
    worker,
    dead_letter: key ?? '',
    event: isEventType(event) ? event : 'unknown',
    key: read('key') === '' ? null : read('key'),
    delivery_id: headers.ce_id ?? null,
    at: Number.isNaN(Date.parse(read('at'))) ? new Date(timestamp).toISOString() : read('at'),
    attempts: Number(read('attempts')),
    error: read('error'),
    message: read('message'),
    stack: read('stack'),
    fingerprint: read('fingerprint'),
    version: read('version'),
    origin: headers[redriveOriginHeader] ?? key ?? '',
    redrives: countOf(headers[redriveCountHeader]),
    offset,
  }
}

/** A count that cannot be read counts as 0, so that the dead letter can be redriven and gets a valid one. */
const countOf = (text = '0'): number => (/^\d{1,9}$/.test(text) ? Number(text) : 0)
