// Finds out which topic or which record makes a produce request fail, so that it does not hold up the others.
// These functions are pure: group-commit.ts keeps the state and does what they decide.

import type { PublishFailureCause } from '../metrics.ts'

/** What the next produce requests contain. */
export type RequestMode =
  /** Records of all topics, as many as fit. */
  | { readonly kind: 'all_together' }
  /** Records of one topic only, to find the topic at fault. */
  | { readonly kind: 'topic_by_topic'; readonly requestsLeft: number }
  /** One record only, to find the record that the brokers refuse. */
  | { readonly kind: 'record_by_record'; readonly requestsLeft: number }

export interface FaultIsolation {
  readonly mode: RequestMode
  /** How many requests in a row have failed. */
  readonly failuresInARow: number
  /** `failing`: the last request failed, and neither a topic nor a record was clearly responsible. */
  readonly brokers: 'open' | 'failing'
  /**
   * Topics that failed alone for an unclear reason. If other topics are acknowledged and the suspect then
   * fails again, it is the topic that is at fault, and not the brokers.
   */
  readonly suspects: ReadonlyMap<string, 'no_others_yet' | 'others_acknowledged'>
}

/** The state at the start: no request has failed. */
export const noFault: FaultIsolation = {
  mode: { kind: 'all_together' },
  failuresInARow: 0,
  brokers: 'open',
  suspects: new Map(),
}

/** A request that failed, or some partitions of it. */
export interface Failure {
  cause: PublishFailureCause
  /** Whether there was a connection. Without one, the request was not sent. */
  isConnected: boolean
  /** The topics of the unacknowledged records, each once. */
  topics: readonly string[]
  /** The number of unacknowledged records. */
  records: number
}

/** What to do with the unacknowledged records. */
export type Action =
  /** After a pause, send them again before all others. */
  | 'resend'
  /** After a pause, send them again behind the records of other topics. */
  | 'resend_behind_other_topics'
  /** Mark their topic as unavailable, and continue with the other topics at once. */
  | 'mark_topic_unavailable'
  /** Reject the one record, and continue with the others at once. */
  | 'reject_record'

export interface Judgement {
  next: FaultIsolation
  action: Action
  /**
   * Whether to replace the producer. After a fault of one topic the client fails for every topic it has seen,
   * so only a new client shows which topic is at fault.
   */
  rebuildsProducer: boolean
}

/** After this many failures in a row the producer may be stuck, so it is replaced. */
const failuresUntilRebuild = 3

/**
 * Which part is responsible for a failure: one topic, one record, or the brokers. `unclear`: a topic only if
 * others are acknowledged meanwhile. A client that lost its brokers reports strange errors, and to blame one
 * topic after the other would make an outage look like many broken topics.
 */
const responsibleFor = {
  topic: 'topic',
  leader: 'topic',
  replicas: 'topic',
  refused: 'record',
  connection: 'brokers',
  timeout: 'brokers',
  other: 'unclear',
} as const satisfies Record<PublishFailureCause, string>

/** A whole request was acknowledged. @returns the same object if nothing changes, which is nearly always */
export const afterAcknowledgement = (
  state: FaultIsolation,
  acknowledged: readonly { readonly topic: string }[],
): FaultIsolation => {
  const mode = modeAfterRequest(state.mode)
  const isUnchanged = mode === state.mode && state.failuresInARow === 0 && state.brokers === 'open'
  if (isUnchanged && state.suspects.size === 0) return state
  return { mode, failuresInARow: 0, brokers: 'open', suspects: reviewSuspects(state.suspects, acknowledged) }
}

/** A request failed, or some partitions of it were not acknowledged. */
export const afterFailure = (state: FaultIsolation, failure: Failure): Judgement => {
  const responsible = failure.isConnected ? responsibleFor[failure.cause] : 'brokers'
  const failuresInARow = state.failuresInARow + 1
  const isStuck = failuresInARow % failuresUntilRebuild === 0
  const next: FaultIsolation = {
    mode: modeAfterRequest(state.mode),
    failuresInARow,
    brokers: responsible === 'brokers' || responsible === 'unclear' ? 'failing' : state.brokers,
    suspects: state.suspects,
  }
  if (responsible === 'brokers') return { next, action: 'resend', rebuildsProducer: isStuck }
  if (responsible === 'record') return afterRefusal(next, failure, isStuck)
  if (state.mode.kind === 'topic_by_topic') return afterTopicFailedAlone(next, failure, responsible)
  const mode = { kind: 'topic_by_topic', requestsLeft: failure.topics.length } as const
  return { next: { ...next, mode }, action: 'resend', rebuildsProducer: true }
}

const afterRefusal = (next: FaultIsolation, { records }: Failure, isStuck: boolean): Judgement => {
  if (records === 1) return { next, action: 'reject_record', rebuildsProducer: false }
  const mode = { kind: 'record_by_record', requestsLeft: records } as const
  return { next: { ...next, mode }, action: 'resend', rebuildsProducer: isStuck }
}

const afterTopicFailedAlone = (
  next: FaultIsolation,
  { topics: [topic = ''] }: Failure,
  responsible: 'topic' | 'unclear',
): Judgement => {
  const suspects = new Map(next.suspects)
  const isAtFault = responsible === 'topic' || suspects.get(topic) === 'others_acknowledged'
  if (isAtFault) suspects.delete(topic)
  else suspects.set(topic, 'no_others_yet')
  return {
    next: { ...next, suspects },
    action: isAtFault ? 'mark_topic_unavailable' : 'resend_behind_other_topics',
    rebuildsProducer: true,
  }
}

const modeAfterRequest = (mode: RequestMode): RequestMode => {
  if (mode.kind === 'all_together') return mode
  return mode.requestsLeft > 1 ? { ...mode, requestsLeft: mode.requestsLeft - 1 } : noFault.mode
}

/** An acknowledged topic is no longer a suspect. For every other suspect it is one of the others. */
const reviewSuspects = (
  suspects: FaultIsolation['suspects'],
  acknowledged: readonly { readonly topic: string }[],
): FaultIsolation['suspects'] => {
  if (suspects.size === 0) return suspects
  const topics = new Set(acknowledged.map(({ topic }) => topic))
  const remaining = [...suspects.keys()].filter((topic) => !topics.has(topic))
  return new Map(remaining.map((topic) => [topic, 'others_acknowledged']))
}
