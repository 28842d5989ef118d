import { messageOf, RetriableError } from '../../lib/errors.ts'

/** `open`: nothing is handled, the offsets stay. `half_open`: handling goes on, whether it works is not yet known. */
export const circuitStates = ['closed', 'open', 'half_open'] as const
export type CircuitState = (typeof circuitStates)[number]

/** Stops the whole worker while something downstream is unwell: order is kept and nothing is put aside for somebody else's outage. */
export interface Breaker {
  readonly state: () => CircuitState
  /** @param origin the partition that cannot go on */
  trip(origin: string, error: unknown): void
  succeed(origin: string): void
}

export interface BreakerOptions {
  /** Stops and resumes the fetching of all partitions. */
  pause(): void
  resume(): void
  onChange(state: CircuitState, details: { origin: string; wait_ms?: number; error?: string }): void
  /** Wait after the nth failure in a row of one partition, in milliseconds; an error that says how long (Retry-After) is believed. */
  waitMs(failure: number): number
}

/** It resumes by itself: every wait ends in another try. */
export const createBreaker = ({ pause, resume, onChange, waitMs }: BreakerOptions): Breaker => {
  let state: CircuitState = 'closed'
  const failures = new Map<string, number>()

  return {
    state: () => state,
    trip: (origin, error) => {
      const failure = (failures.get(origin) ?? 0) + 1
      failures.set(origin, failure)
      pause()
      // Several partitions find out at about the same time; the first one decides how long the wait is.
      if (state === 'open') return
      const wait = (error instanceof RetriableError ? error.retryAfterMs : undefined) ?? waitMs(failure)
      state = 'open'
      onChange(state, { origin, wait_ms: Math.round(wait), error: messageOf(error) })
      setTimeout(() => {
        state = 'half_open'
        onChange(state, { origin })
        resume()
      }, wait).unref()
    },
    succeed: (origin) => {
      if (failures.size > 0) failures.delete(origin)
      if (state !== 'half_open') return
      state = 'closed'
      onChange(state, { origin })
    },
  }
}

/** 1 s, 2 s, 4 s … up to 30 s, each up to a fifth longer so that workers do not march in step. */
export const pauseMs = (failure: number): number =>
  Math.min(500 * 2 ** failure, 30_000) * (1 + Math.random() / 5)
