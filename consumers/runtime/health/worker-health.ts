import type { Health } from '../../../lib/http/operations-server.ts'

/** What decides about the health of a worker. */
export interface WorkerCondition {
  isStopping: boolean
  /** No broker answers. */
  areBrokersAway: boolean
  /** False until the worker has joined its group, and again while the group rebalances. */
  hasJoined: boolean
  /** Why the circuit breaker has paused the worker; undefined while it is closed. */
  pausedBy: string | undefined
  /** Whether the circuit breaker is waiting now. It also tries again from time to time. */
  isWaiting: boolean
  /** Topics of the worker that it does not read. */
  unread: { missing: readonly string[]; uncommitted: readonly string[] }
  /** What the handler of the worker reports. */
  degradedBy: string | undefined
  /** How long the client has not fetched, sent a heartbeat or tried to reach brokers, in milliseconds. */
  silentMs: number
}

/** Of a worker that has just been started. */
export const startingCondition: WorkerCondition = {
  isStopping: false,
  areBrokersAway: false,
  hasJoined: false,
  pausedBy: undefined,
  isWaiting: false,
  unread: { missing: [], uncommitted: [] },
  degradedBy: undefined,
  silentMs: 0,
}

/** How much of an error the status shows. */
const maxReasonLength = 200

/** What `/readyz` reports. */
export const readinessOf = (condition: WorkerCondition): Health => {
  const { isStopping, areBrokersAway, hasJoined, pausedBy, unread, degradedBy } = condition
  if (isStopping) return { ok: false, status: 'stopping' }
  if (areBrokersAway) return { ok: false, status: 'brokers away' }
  if (!hasJoined) return { ok: false, status: 'joining' }
  if (pausedBy !== undefined) return { ok: false, status: `paused: ${pausedBy.slice(0, maxReasonLength)}` }
  const problems = [
    ...textOf('topics do not exist', unread.missing),
    ...textOf('topics without committed offsets', unread.uncommitted),
    ...(degradedBy === undefined ? [] : [degradedBy]),
  ]
  if (problems.length > 0) return { ok: true, status: `degraded: ${problems.join('; ')}` }
  return { ok: true, status: 'ready' }
}

const textOf = (problem: string, topics: readonly string[]): string[] =>
  topics.length === 0 ? [] : [`${problem}: ${topics.join(', ')}`]

/**
 * What `/livez` reports. A new process would not help while the brokers are away, nor while the group waits
 * for another member.
 *
 * @param silenceLimitMs a client that has joined is stuck when it is silent for this long
 * @param joinLimitMs the same for a client that joins
 */
export const livenessOf = (
  { isWaiting, areBrokersAway, hasJoined, silentMs }: WorkerCondition,
  silenceLimitMs: number,
  joinLimitMs: number,
): Health => {
  const limitMs = hasJoined ? silenceLimitMs : joinLimitMs
  if (!areBrokersAway && silentMs >= limitMs) return { ok: false, status: 'stuck' }
  return { ok: true, status: isWaiting ? 'paused' : 'alive' }
}
