import { type EventType, isEventType } from '../schemas/catalogue.ts'
import { isObject } from './coerce.ts'
import type { Hook } from './hook.ts'

/** Why a body cannot be read as the event it says it is. Values of `Quarantine.reason`. */
export type QuarantineReason = 'not_json' | 'not_an_object' | 'missing_identity' | 'unencodable' | 'too_large'

/** What a hook says it is. */
export interface Classified {
  event: EventType
  /** GitLab's own word for the event, or what stood in its place; null where nothing did. At most 100 characters. */
  name: string | null
  /** Empty where the body is no JSON object. */
  body: Record<string, unknown>
  quarantine?: { reason: QuarantineReason; detail: string }
}

/** The event by `object_kind`, else `event_name`, else (custom templates) the header. */
export const classify = ({ body, headers }: Pick<Hook, 'body' | 'headers'>): Classified => {
  const header = headers['x-gitlab-event']
  const headerName = typeof header === 'string' ? header.slice(0, 100) : null
  let json: unknown
  try {
    json = JSON.parse(body.toString())
  } catch (error) {
    return {
      event: 'quarantine',
      name: headerName,
      body: {},
      quarantine: { reason: 'not_json', detail: (error as Error).message.slice(0, 200) },
    }
  }
  if (!isObject(json)) {
    return {
      event: 'quarantine',
      name: headerName,
      body: {},
      quarantine: { reason: 'not_an_object', detail: 'the body is JSON, but no object' },
    }
  }
  const name = nameIn(json.object_kind) ?? nameIn(json.event_name) ?? headerName
  return { event: name !== null && isPublic(name) ? name : 'unknown', name, body: json }
}

const nameIn = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.slice(0, 100) : null)

/** Nobody but we decides that a hook is unknown or quarantined. */
const isPublic = (name: string): name is EventType => isEventType(name) && name !== 'unknown' && name !== 'quarantine'
