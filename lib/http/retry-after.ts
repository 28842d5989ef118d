import { boundedDurationMs } from '../duration.ts'

// https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
const httpDates = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]+, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
]

/**
 * Reads the header Retry-After: a number of seconds, or an HTTP date.
 *
 * @param now milliseconds since 1970
 * @returns how long to wait, in milliseconds, never longer than a timer can; 0 for a date that has passed;
 *   undefined if the header is missing or has neither form
 */
export const parseRetryAfter = (header: string | null | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return boundedDurationMs(Number(text) * 1000)
  if (!httpDates.some((form) => form.test(text))) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : boundedDurationMs(Math.max(0, time - now))
}
