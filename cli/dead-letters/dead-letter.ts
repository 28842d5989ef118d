import {
  redriveCountHeader,
  redriveOriginHeader,
} from '../../consumers/runtime/dead-letters/dead-letter-headers.ts'
import type { LogMessage } from '../../lib/kafka/log-reader.ts'
import { type EventType, isEventType } from '../../schemas/catalogue.ts'

/** What a worker put aside, without the message itself. */
export interface DeadLetter {
  worker: string
  /** Its key on the dead-letter topic: where it was read, `topic/partition/offset`. */
  dead_letter: string
  event: EventType
  /** Key of the event: a project id, or another's such as `group:78`; null where it had none. */
  key: string | null
  delivery_id: string | null
  /** When it was put aside, ISO 8601. */
  at: string
  attempts: number
  error: string
  message: string
  stack: string
  fingerprint: string
  /** Version of the bridge that put it aside. */
  version: string
  /** Where it was read the first time; differs from `dead_letter` once it was taken back. */
  origin: string
  /** How often it was taken back before. */
  redrives: number
  /** Place on the dead-letter topic. */
  offset: number
}

/** @param message of a dead-letter topic, no tombstone */
export const deadLetterOf = (worker: string, { key, offset, headers }: LogMessage): DeadLetter => {
  const read = (name: string) => headers[`dead-letter-${name}`] ?? ''
  const event = read('event')
  return {
    worker,
    dead_letter: key ?? '',
    event: isEventType(event) ? event : 'unknown',
    key: read('key') === '' ? null : read('key'),
    delivery_id: headers.ce_id ?? null,
    at: read('at'),
    attempts: Number(read('attempts')),
    error: read('error'),
    message: read('message'),
    stack: read('stack'),
    fingerprint: read('fingerprint'),
    version: read('version'),
    origin: headers[redriveOriginHeader] ?? key ?? '',
    redrives: Number(headers[redriveCountHeader] ?? 0),
    offset,
  }
}
