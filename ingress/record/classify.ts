import { messageOf } from '../../lib/errors.ts'
import { type EventType, isEventType } from '../../schemas/catalogue.ts'
import type { Hook } from '../hook.ts'
import { isObject } from './coerce.ts'

/** Why a body cannot be read as the event it says it is. Values of `Quarantine.reason`. */
export type QuarantineReason = 'not_json' | 'not_an_object' | 'missing_identity' | 'unencodable' | 'too_large'

/** What a hook says it is. */
export interface Classified {
  event: EventType
  /** GitLab's own word for the event, or what stood in its place; null where nothing did. At most 100 characters. */
  name: string | null
  /** Where the event was found: a body by a custom template is GitLab's event by its header alone. */
  by: 'body' | 'header'
  /** Empty where the body is no JSON object. */
  body: Record<string, unknown>
  quarantine?: { reason: QuarantineReason; detail: string }
}

/** The event by `object_kind`, else `event_name`, else (custom templates) the header. */
export const classify = ({ body, headers }: Pick<Hook, 'body' | 'headers'>): Classified => {
  const header = nameIn(headers['x-gitlab-event'])
  const unread = (reason: QuarantineReason, detail: string): Classified => ({
    event: 'quarantine',
    name: header,
    by: 'header',
    body: {},
    quarantine: { reason, detail },
  })
  let json: unknown
  try {
    json = JSON.parse(body.toString())
  } catch (error) {
    return unread('not_json', messageOf(error).slice(0, 200))
  }
  if (!isObject(json)) return unread('not_an_object', 'the body is JSON, but no object')

  const name = nameIn(json.object_kind) ?? nameIn(json.event_name)
  if (name === null)
    return { event: eventOfHeader(header) ?? 'unknown', name: header, by: 'header', body: json }
  const event = eventNamed(name)
  if (event === undefined) return { event: 'unknown', name, by: 'body', body: json }
  return {
    event: isConfidential(json, header) ? (eventNamed(`confidential_${event}`) ?? event) : event,
    name,
    by: 'body',
    body: json,
  }
}

const nameIn = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, 100) : null

/** GitLab's names that are not ours. */
const aliases: Readonly<Record<string, EventType>> = {
  build: 'job',
  resource_access_token: 'access_token',
  resource_deploy_token: 'deploy_token',
}

/** Nobody but we decides that a hook is unknown or quarantined, and what is confidential GitLab does not say here. */
const eventNamed = (name: string): EventType | undefined => {
  const event = Object.hasOwn(aliases, name) ? aliases[name] : name
  return event !== undefined && isEventType(event) && event !== 'unknown' && event !== 'quarantine'
    ? event
    : undefined
}

/** `Tag Push Hook` → `tag_push`; other headers than a webhook's name no event. */
const eventOfHeader = (header: string | null): EventType | undefined =>
  header?.endsWith(' Hook')
    ? eventNamed(header.slice(0, -' Hook'.length).toLowerCase().replaceAll(' ', '_'))
    : undefined

/**
 * GitLab says it in `event_type` and in the header. Where only the object says it, we believe the object:
 * access is granted by topic, and what went to the open one cannot be taken back.
 */
const isConfidential = (body: Record<string, unknown>, header: string | null): boolean => {
  if (nameIn(body.event_type)?.startsWith('confidential_') || header?.startsWith('Confidential ')) return true
  return [body.object_attributes, body.issue].some(
    (object) => isObject(object) && (object.confidential === true || object.internal === true),
  )
}
