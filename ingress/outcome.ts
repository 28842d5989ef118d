import type { ValueOfLabel } from '../lib/metrics/catalogue.ts'

/** What can become of a hook, and the HTTP status of the answer. The keys are values of a metric label. */
export const outcomes = {
  published: { status: 200 },
  // The hook is authentic, but we do not know its event. It is published to a topic of its own.
  unknown: { status: 200 },
  // GitLab would not send the hook again, and it would count a 4xx towards disabling the hook.
  quarantined: { status: 200 },
  // The hook is on our disk. It is published as soon as Kafka acknowledges records again.
  spooled: { status: 202 },
  unauthenticated: { status: 401 },
  forbidden: { status: 403 },
  too_slow: { status: 408 },
  too_large: { status: 413 },
  throttled: { status: 429 },
  unavailable: { status: 503 },
  // The sender closed the connection before its body was complete, so nobody reads this status.
  aborted: { status: 499 },
} as const satisfies Record<ValueOfLabel<'ingress_hooks_total', 'outcome'>, { status: number }>

export type OutcomeKind = keyof typeof outcomes

export const outcomeKinds = Object.keys(outcomes) as OutcomeKind[]

/** Why a sender was rejected because of its credentials or its address. */
export type Rejection = ValueOfLabel<'ingress_rejections_total', 'reason'>

/** A hook that can no longer be lost: the brokers have acknowledged it, or it is on our disk. */
export interface Kept {
  kind: 'published' | 'unknown' | 'quarantined' | 'spooled'
  event: string
  topic: string
  id: string
  /** Where its record is; undefined while it is on our disk. */
  at?: RecordPlace
}

/** The place of a record in its topic. Its key is the project id, or another one such as `group:78`. */
export interface RecordPlace {
  key: string
  partition: number
  offset?: number
}

/** A hook that was rejected. `reason` is one sentence; GitLab shows it under "Recent events" of the hook. */
export interface TurnedAway {
  kind: Exclude<OutcomeKind, Kept['kind']>
  reason: string
  /** Set if the credentials or the address of the sender are the reason. */
  rejection?: Rejection
}

export type Outcome = Kept | TurnedAway

/** The event of a kept hook, and the topic of its record. */
export interface KeptHook {
  /** Our event type. */
  event: string
  /** The name of the event in GitLab, if the hook gave one. */
  name: string | null
  topic: string
  /** The id of the delivery. */
  id: string
}

const unknownEvents: readonly string[] = ['unknown', 'confidential_unknown']
const quarantineEvents: readonly string[] = ['quarantine', 'confidential_quarantine']

/** The brokers have acknowledged the record of the hook. @param place where it is, if that is known */
export const acknowledged = ({ event, name, topic, id }: KeptHook, place?: RecordPlace): Kept => {
  const at = place && { at: placeOf(place) }
  if (unknownEvents.includes(event)) return { kind: 'unknown', event: name ?? event, topic, id, ...at }
  if (quarantineEvents.includes(event)) return { kind: 'quarantined', event: name ?? event, topic, id, ...at }
  return { kind: 'published', event, topic, id, ...at }
}

/** Only the place: the message itself must not stay in memory with the outcome. */
const placeOf = ({ key, partition, offset }: RecordPlace): RecordPlace => ({
  key,
  partition,
  ...(offset !== undefined && { offset }),
})

/** The hook is on our disk. */
export const spooled = ({ event, name, topic, id }: KeptHook): Kept => ({
  kind: 'spooled',
  event: name ?? event,
  topic,
  id,
})

/** The credentials are missing or wrong. */
export const unauthenticated = (rejection: Rejection, reason: string): TurnedAway => ({
  kind: 'unauthenticated',
  rejection,
  reason,
})

/** The address of the sender is not allowed. */
export const forbidden = (reason: string): TurnedAway => ({ kind: 'forbidden', rejection: 'address', reason })

/** Too many requests with wrong credentials came from the address of the sender. */
export const throttled = (reason: string): TurnedAway => ({
  kind: 'throttled',
  rejection: 'too_many',
  reason,
})

/** The body is larger than we accept. */
export const tooLarge = (maxBodyBytes: number): TurnedAway => ({
  kind: 'too_large',
  reason: `the body is larger than ${maxBodyBytes} bytes`,
})

/** The body did not arrive in time. */
export const tooSlow = (timeoutMs: number): TurnedAway => ({
  kind: 'too_slow',
  reason: `the body took longer than ${timeoutMs / 1000} s`,
})

/** The sender closed the connection too early. */
export const aborted = (): TurnedAway => ({
  kind: 'aborted',
  reason: 'the connection closed before the body was complete',
})

/** We cannot take the hook now, through no fault of the sender. */
export const unavailable = (reason: string): TurnedAway => ({ kind: 'unavailable', reason })

/** The body of the answer. GitLab shows it under "Recent events" of the hook. */
export const answerOf = (outcome: Outcome): Record<string, string> => {
  if ('reason' in outcome) return { outcome: outcome.kind, reason: outcome.reason }
  const { kind, event, topic, id } = outcome
  return { outcome: kind, event, topic, id }
}
