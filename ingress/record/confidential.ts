import type { EventType } from '../../schemas/catalogue.ts'
import { isObject } from './coerce.ts'

/** Events with a separate topic for confidential hooks: in Kafka, access is granted topic by topic. */
const confidentialEvents: Partial<Record<EventType, EventType>> = {
  issue: 'confidential_issue',
  work_item: 'confidential_work_item',
  note: 'confidential_note',
  emoji: 'confidential_emoji',
  unknown: 'confidential_unknown',
  quarantine: 'confidential_quarantine',
}

/**
 * The event under which a hook is published. A confidential hook gets the confidential variant, if there is
 * one.
 */
export const protectedEvent = (event: EventType, isConfidential: boolean): EventType =>
  (isConfidential && confidentialEvents[event]) || event

/** `unknown` or `quarantine`, as confidential as the event that it replaces. */
export const inPlaceOf = (event: EventType, replacement: 'unknown' | 'quarantine'): EventType =>
  protectedEvent(replacement, event.startsWith('confidential_'))

/** Whether an event has a confidential variant. If it has none, GitLab never calls it confidential. */
export const hasConfidentialVariant = (event: EventType): boolean => Object.hasOwn(confidentialEvents, event)

/**
 * Whether a hook is confidential. GitLab says so in the header and in `event_type`, or only in an object that
 * the body carries: an emoji hook carries the whole issue or note. We believe each of them: a record on an
 * open topic cannot be taken back.
 *
 * @param header the value of X-Gitlab-Event
 */
export const isConfidential = (body: Readonly<Record<string, unknown>>, header: string | null): boolean => {
  if (header?.startsWith('Confidential ')) return true
  if (typeof body.event_type === 'string' && body.event_type.startsWith('confidential_')) return true
  return isMarked(body) || Object.values(body).some((value) => isObject(value) && isMarked(value))
}

/**
 * Whether a body that is not parsed may be confidential: it holds one of the marks of GitLab at any place.
 *
 * @param header the value of X-Gitlab-Event
 */
export const mayBeConfidential = (body: Buffer, header: string | null): boolean =>
  isConfidential({}, header) || mark.test(body.toString('latin1'))

/** A quote within a string has a backslash before it, so a commit message that quotes a mark is no mark. */
const mark = /"(?:(?:confidential|internal)"\s*:\s*"?true|event_type"\s*:\s*"confidential_)/

/** Issues and work items are `confidential`, notes are `internal`. */
const isMarked = ({ confidential, internal }: Readonly<Record<string, unknown>>): boolean =>
  isTrue(confidential) || isTrue(internal)

const isTrue = (value: unknown): boolean => value === true || value === 'true'
