const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A time of `?since=`: `2027-01-31T12:00:00Z`, `2027-01-31`, or how long ago: `90s`, `15m`, `2h`, `7d`.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; undefined if the text has none of these forms
 */
export const parseSince = (text: string, now: number): number | undefined => {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  // No id and no request to Kafka can hold a time before 1970.
  if (amount !== undefined && unit !== undefined)
    return Math.max(0, now - Number(amount) * (unitsMs[unit] ?? 0))
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : Math.max(0, time)
}
