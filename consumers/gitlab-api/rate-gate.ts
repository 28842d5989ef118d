import { headerOf } from '../../lib/http/header-of.ts'
import { parseRetryAfter } from '../../lib/http/retry-after.ts'
import type { Answer } from './transport.ts'

/** Knows until when GitLab wants no further request with this token. */
export interface RateGate {
  /** How long the next request must wait, in milliseconds. */
  waitMs(): number
  /** Reads the headers of an answer. */
  note(answer: Pick<Answer, 'status' | 'headers'>): void
}

/** @param now a monotonic clock, in milliseconds */
export const createRateGate = (now: () => number): RateGate => {
  let closedUntil = 0
  return {
    waitMs: () => Math.max(0, closedUntil - now()),
    note: ({ status, headers }) => {
      const remaining = headerOf(headers, 'ratelimit-remaining')
      // A limit of one endpoint, such as the creation of notes, has no such headers and closes nothing else.
      const isUsedUp = remaining === '0' || (status === 429 && remaining !== undefined)
      if (!isUsedUp) return
      const wait = askedWaitMs({ headers }) ?? 0
      closedUntil = Math.max(closedUntil, now() + wait)
    },
  }
}

/**
 * The limits of GitLab begin anew each minute or hour. A longer time comes from a proxy or from a wrong
 * clock, and must not keep a worker waiting for days.
 */
const longestWaitMs = 3_600_000

/**
 * How long GitLab asks to wait: by `Retry-After`, else until the time in `RateLimit-Reset`.
 *
 * @returns milliseconds, at most an hour; undefined if neither header says so
 */
export const askedWaitMs = ({ headers }: Pick<Answer, 'headers'>): number | undefined => {
  const asked = parseRetryAfter(headerOf(headers, 'retry-after'), Date.now()) ?? untilResetMs(headers)
  return asked === undefined ? undefined : Math.min(asked, longestWaitMs)
}

/** From this number on, a value is a time in seconds since 1970, as GitLab sends it, and not a duration. */
const firstTimestamp = 1_000_000_000

/** The clock of GitLab decides, because ours may differ. */
const untilResetMs = (headers: Answer['headers']): number | undefined => {
  const text = headerOf(headers, 'ratelimit-reset')
  if (text === undefined || !/^\d{1,12}$/.test(text)) return undefined
  const reset = Number(text)
  if (reset < firstTimestamp) return reset * 1000
  const date = Date.parse(headerOf(headers, 'date') ?? '')
  return Math.max(0, reset * 1000 - (Number.isNaN(date) ? Date.now() : date))
}
