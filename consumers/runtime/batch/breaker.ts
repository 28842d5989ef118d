import { type Backoff, backoffMs } from '../../../lib/backoff.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'

/**
 * `closed`: messages are handled. `open`: nothing is handled and the offsets stay where they are.
 * `half_open`: messages are handled again, and the first success or failure decides.
 */
export const circuitStates = ['closed', 'open', 'half_open'] as const
export type CircuitState = (typeof circuitStates)[number]

/**
 * Stops the whole worker while a system that it needs is unavailable. The order of the messages is kept, and
 * no message becomes a dead letter because of an outage.
 */
export interface Breaker {
  readonly state: () => CircuitState
  /** Why the circuit is not closed; undefined while it is. */
  readonly reason: () => string | undefined
  /** Opens the circuit. @param origin name of the partition that cannot continue */
  trip(origin: string, error: unknown): void
  /** Closes a half-open circuit. @param origin name of the partition in which a call succeeded */
  succeed(origin: string): void
}

export interface BreakerOptions {
  /** Stops fetching from all partitions. */
  pause(): void
  /** Starts it again. */
  resume(): void
  onChange(state: CircuitState, details: { origin: string; wait_ms?: number; error?: string }): void
  /** The wait after n failures in a row, in milliseconds. An error with `retryAfterMs` takes precedence. */
  waitMs(failures: number): number
}

/** Creates a closed breaker. After every wait the messages are tried once more, so it closes by itself. */
export const createBreaker = ({ pause, resume, onChange, waitMs }: BreakerOptions): Breaker => {
  let state: CircuitState = 'closed'
  let reason: string | undefined
  const failuresOf = new Map<string, number>()

  const halfOpen = (origin: string) => {
    state = 'half_open'
    onChange(state, { origin })
    resume()
  }

  return {
    state: () => state,
    reason: () => reason,
    trip: (origin, error) => {
      const failures = (failuresOf.get(origin) ?? 0) + 1
      failuresOf.set(origin, failures)
      pause()
      reason = messageOf(error)
      // Several partitions notice an outage at about the same time. The first one decides the wait.
      if (state === 'open') return
      const asked = error instanceof RetriableError ? error.retryAfterMs : undefined
      // A system that always asks for no wait must not be called without a pause.
      const wait = asked === undefined ? waitMs(failures) : Math.max(asked, waitMs(1))
      state = 'open'
      onChange(state, { origin, wait_ms: Math.round(wait), error: reason })
      setTimeout(halfOpen, wait, origin).unref()
    },
    succeed: (origin) => {
      if (failuresOf.size > 0) failuresOf.delete(origin)
      if (state !== 'half_open') return
      state = 'closed'
      reason = undefined
      onChange(state, { origin })
    },
  }
}

const outageBackoff: Backoff = { firstMs: 1000, maxMs: 30_000, jitter: 0.2 }

/** The wait after n failures in a row of one partition, in milliseconds. */
export const outageDelayMs = (failures: number): number => backoffMs(outageBackoff, failures)
