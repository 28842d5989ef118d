import { messageOf } from '../../lib/errors.ts'
import { type EventType, isEventType, isOurOwn } from '../../schemas/catalogue.ts'
import { type Hook, ownEventHeader } from '../hook.ts'
import { isObject } from './coerce.ts'
import {
  hasConfidentialVariant,
  inPlaceOf,
  isConfidential,
  mayBeConfidential,
  protectedEvent,
} from './confidential.ts'
import { maxDetailLength, type QuarantineCause } from './quarantine-cause.ts'

/** The event of a hook, and its parsed body. */
export interface Classified {
  event: EventType
  /** GitLab's name for the event, or the unknown name that the hook gave; at most 100 characters. */
  name: string | null
  /** Where the event was found. The body of a custom template names no event, only its header does. */
  by: 'body' | 'header'
  /** Empty if the body is not a JSON object. */
  body: Record<string, unknown>
  quarantine?: QuarantineCause
}

type Unclassified = Pick<Hook, 'body' | 'headers'>

/** Finds the event by `object_kind`, then by `event_name`, then (custom templates) by the header. */
export const classify = (hook: Unclassified): Classified => {
  const { body, headers } = hook
  const header = nameIn(headers['x-gitlab-event'])
  const own = headers[ownEventHeader]
  let json: unknown
  try {
    json = JSON.parse(body.toString())
  } catch (error) {
    const detail = messageOf(error).slice(0, maxDetailLength)
    return classifyUnparsed(hook, { reason: 'not_json', detail })
  }
  if (!isObject(json)) {
    const detail = 'the body is JSON, but not an object'
    return classifyUnparsed(hook, { reason: 'not_an_object', detail })
  }

  if (own === 'interval') return { event: own, name: own, by: 'body', body: json }
  const name = nameIn(json.object_kind) ?? nameIn(json.event_name)
  const event = (name === null ? eventOfHeader(header) : eventNamed(name)) ?? 'unknown'
  return {
    event: hasConfidentialVariant(event) ? protectedEvent(event, isConfidential(json, header)) : event,
    name: name ?? header,
    by: name === null ? 'header' : 'body',
    body: json,
  }
}

/** A hook for the quarantine whose body is not parsed. Only its bytes say whether it is confidential. */
export const classifyUnparsed = (
  { body, headers }: Unclassified,
  quarantine: QuarantineCause,
): Classified => {
  const header = nameIn(headers['x-gitlab-event'])
  return {
    event: protectedEvent('quarantine', mayBeConfidential(body, header)),
    name: header,
    by: 'header',
    body: {},
    quarantine,
  }
}

/**
 * The event that the start of a body or the header names. It costs nothing, but it may be wrong: use it for
 * answers and lists, where the body is too large to be parsed for them.
 */
export const guessEvent = ({ body, headers }: Unclassified): Pick<Classified, 'event' | 'name'> => {
  if (headers[ownEventHeader] === 'interval') return { event: 'interval', name: 'interval' }
  const header = nameIn(headers['x-gitlab-event'])
  const name = nameIn(nameAtStart.exec(body.toString('latin1', 0, maxStartBytes))?.[1])
  const event = (name === null ? eventOfHeader(header) : eventNamed(name)) ?? 'unknown'
  return { event: protectedEvent(event, isConfidential({}, header)), name: name ?? header }
}

/** GitLab names the event in the first member of a body. */
const nameAtStart = /^\s*\{\s*"(?:object_kind|event_name)"\s*:\s*"(\w+)"/
const maxStartBytes = 200

/**
 * The same hook, to be normalised as a quarantine record: its fields are not read again, its bytes are kept.
 *
 * @param event under which the hook was to be published
 */
export const asQuarantined = (event: EventType, quarantine: QuarantineCause): Classified => ({
  event: inPlaceOf(event, 'quarantine'),
  name: event,
  by: 'body',
  body: {},
  quarantine,
})

const nameIn = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, 100) : null

/** Names of GitLab for which we have another name. */
const aliases: Readonly<Record<string, EventType>> = {
  build: 'job',
  resource_access_token: 'access_token',
  resource_deploy_token: 'deploy_token',
}

/** A body cannot name itself `unknown` or `quarantine`: only we decide that. */
const eventNamed = (name: string): EventType | undefined => {
  const event = Object.hasOwn(aliases, name) ? aliases[name] : name
  if (event === undefined || !isEventType(event)) return undefined
  return isOurOwn(event) ? undefined : event
}

/** `Tag Push Hook` → `tag_push`. Headers that do not end with ` Hook` are not names of webhooks. */
const eventOfHeader = (header: string | null): EventType | undefined =>
  header?.endsWith(' Hook')
    ? eventNamed(header.slice(0, -' Hook'.length).toLowerCase().replaceAll(' ', '_'))
    : undefined
