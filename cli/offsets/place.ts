import { UsageError } from '../../lib/errors.ts'

/** Where a group may be sent. */
export type Place =
  | { kind: 'beginning' }
  | { kind: 'end' }
  | { kind: 'offset'; offset: number }
  | { kind: 'time'; time: number }

/** @throws UsageError where the text is none of them */
export const parsePlace = (text: string, now: number): Place => {
  if (text === 'beginning' || text === 'end') return { kind: text }
  if (/^\d+$/.test(text)) return { kind: 'offset', offset: Number(text) }
  return { kind: 'time', time: parseTime(text, now) }
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A date, an ISO 8601 time, or a time ago such as 30m, 12h, 7d; as milliseconds since 1970. @throws UsageError */
export const parseTime = (text: string, now: number): number => {
  const ago = /^(\d+)([smhd])$/.exec(text)
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  const time = ago === null ? date : now - Number(ago[1]) * (unitsMs[ago[2] ?? ''] ?? 0)
  if (Number.isNaN(time))
    throw new UsageError(
      `${text} is no time: give a date, an ISO 8601 time, or a time ago such as 30m, 12h, 7d`,
    )
  return time
}
