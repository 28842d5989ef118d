import type { Coerce } from './coerce.ts'

// 2012-07-21T07:30:54Z · 2017-09-15 16:50:55 UTC · 2026-05-29T04:40:14.133Z · 2011-12-12T14:27:31+02:00
// 2021-04-28 21:50:00 +0200 · 2026-08-02T07:59:54.000+00:00 · 2015-04-08T21: 00:25-07:00 (sic) · 2024-01-26
const timePattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d): ?(\d\d):(\d\d)(?:\.(\d{1,9}))? ?(Z|UTC|[+-][01]\d:?[0-5]\d)?)?$/

/**
 * Milliseconds since 1970, from every format in which GitLab has sent a time. A time without a zone is UTC.
 */
export const toTimestamp: Coerce<number> = (value, path, problems) => {
  if (value == null) return null
  const millis = typeof value === 'string' ? millisOf(value) : undefined
  if (millis !== undefined) return millis
  problems.faults.push(path)
  return null
}

/** Days since 1970, from a calendar date. */
export const toDate: Coerce<number> = (value, path, problems) => {
  const millis = toTimestamp(value, path, problems)
  return millis === null ? null : Math.floor(millis / 86_400_000)
}

const millisOf = (text: string): number | undefined => {
  const match = timePattern.exec(text)
  if (match === null) return undefined
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)]
  const { 7: fraction = '0', 8: zone = 'Z' } = match
  // `Date.UTC` would not refuse month 0 or second 99: it would change the other parts. It would also move the
  // years before 100 to the twentieth century.
  const isReal =
    year >= 100 && day >= 1 && day <= daysIn(year, month) && hour < 24 && minute < 60 && second < 60
  if (!isReal) return undefined
  return (
    Date.UTC(year, month - 1, day, hour, minute, second) +
    Math.trunc(Number(`0.${fraction}`) * 1000) -
    offsetMs(zone)
  )
}

const monthDays: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** 0 for a month that does not exist. To ask a `Date` would take twice as long as everything else here. */
const daysIn = (year: number, month: number): number => {
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return isLeap ? 29 : (monthDays[month - 1] ?? 0)
}

const offsetMs = (zone: string): number => {
  if (zone === 'Z' || zone === 'UTC') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
