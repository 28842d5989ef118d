/** What can become of a hook. One row each: what GitLab is told, and how it is counted. */
export const outcomes = {
  published: { status: 200 },
  unknown: { status: 200 }, // authenticated but not an event we know: kept on its own topic
  quarantined: { status: 200 }, // a 4xx would count towards disabling the hook, and GitLab would not send it again
  spooled: { status: 202 }, // on our disk: Kafka gets it as soon as it can
  unauthenticated: { status: 401 },
  forbidden: { status: 403 },
  too_slow: { status: 408 },
  too_large: { status: 413 },
  throttled: { status: 429 },
  unavailable: { status: 503 },
  aborted: { status: 499 }, // the sender went away before its body was complete: nobody is left to answer
} as const satisfies Record<string, { status: number }>

export type OutcomeKind = keyof typeof outcomes

export const outcomeKinds = Object.keys(outcomes) as OutcomeKind[]

/** Why a sender is turned away; values of a metric's label. */
export const rejections = [
  'handshake',
  'no_credentials',
  'wrong_token',
  'stale_signature',
  'wrong_signature',
  'unknown_source',
  'address',
  'too_many',
] as const
export type Rejection = (typeof rejections)[number]

/** A hook that cannot be lost any more: acknowledged by the brokers, or on our disk. */
export interface Kept {
  kind: 'published' | 'unknown' | 'quarantined' | 'spooled'
  event: string
  topic: string
  id: string
}

/** A hook that was turned away; `reason` is one sentence for whoever looks at GitLab's recent deliveries. */
export interface TurnedAway {
  kind: Exclude<OutcomeKind, Kept['kind']>
  reason: string
  /** Where the sender's credentials or address are the reason: which. */
  rejection?: Rejection
}

export type Outcome = Kept | TurnedAway

/** The answer's body. GitLab shows it under "Recent events" of the hook. */
export const answerOf = (outcome: Outcome): Record<string, string> => {
  if ('reason' in outcome) return { outcome: outcome.kind, reason: outcome.reason }
  const { kind, event, topic, id } = outcome
  return { outcome: kind, event, topic, id }
}
