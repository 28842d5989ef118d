import { z } from 'zod'
import { longestDurationMs } from '../../lib/duration.ts'
import { UsageError } from '../../lib/errors.ts'

/** The forms of a time that every command accepts, for help texts and error messages. */
export const timeForms =
  'a date (2026-05-01), an ISO 8601 time (2026-05-01T12:00:00Z), or a duration before now (30s, 15m, 12h, 7d)'

const zones = { offset: true, local: true }
const isoTime = z.union([
  z.iso.date(),
  z.iso.datetime(zones),
  z.iso.datetime({ ...zones, precision: -1 }), // hours and minutes only
])

/**
 * Reads a date, an ISO 8601 time, or a duration before now. A date means midnight UTC. A time without a zone
 * is local time.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; undefined if the text has none of these forms
 */
export const readTime = (text: string, now: number): number | undefined => {
  const durationMs = readDurationMs(text)
  if (durationMs === undefined) return isoTime.safeParse(text).success ? Date.parse(text) : undefined
  const time = now - durationMs
  // A duration of millions of years has no date.
  return Number.isNaN(new Date(time).getTime()) ? undefined : time
}

/**
 * Reads the value of an option that takes a time.
 *
 * @param option as the user writes it, such as `--since`
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970
 * @throws UsageError naming the option if the text is not a time
 */
export const parseTime = (option: string, text: string, now: number): number => {
  const time = readTime(text, now)
  if (time === undefined) throw new UsageError(`${option}: "${text}" is not a time. Use ${timeForms}.`)
  return time
}

/**
 * Reads the value of an option that says how long to wait: a whole number of seconds, or a duration such as
 * 15m.
 *
 * @param option as the user writes it, such as `--timeout`
 * @returns milliseconds
 * @throws UsageError naming the option if the text is not a duration, or is zero or longer than 24 days
 */
export const parseTimeoutMs = (option: string, text: string): number => {
  const timeoutMs = readDurationMs(/^\d+$/.test(text) ? `${text}s` : text)
  if (timeoutMs === undefined || timeoutMs === 0 || timeoutMs > longestDurationMs)
    throw new UsageError(
      `${option}: "${text}" is not a time to wait. ` +
        'Use a whole number of seconds (30) or a duration (30s, 15m, 12h, 7d), from 1 second to 24 days.',
    )
  return timeoutMs
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const readDurationMs = (text: string): number | undefined => {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? []
  const unitMs = unitsMs[unit]
  return unitMs === undefined ? undefined : Number(count) * unitMs
}
