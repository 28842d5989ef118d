/**
 * How long a request may take in all, with its waits and repetitions. `handler`: inside the handling of a
 * record, which must end before CONSUMER_TIMEOUT_SECONDS (30 s) is over, so that an outage of GitLab pauses
 * the worker and does not count as a failed attempt. `background`: for a reconciliation, which may wait until
 * a limit of GitLab ends.
 */
export type Patience = 'handler' | 'background'

export interface TimeLimits {
  /** Time for one answer, in milliseconds. */
  attemptMs: number
  /** Time for the request with its waits and repetitions, in milliseconds. */
  totalMs: number
  /** How often a request that only reads is repeated while GitLab is unavailable. */
  repetitions: number
}

export const timeLimits: Readonly<Record<Patience, TimeLimits>> = {
  handler: { attemptMs: 10_000, totalMs: 15_000, repetitions: 2 },
  background: { attemptMs: 60_000, totalMs: 15 * 60_000, repetitions: 8 },
}
