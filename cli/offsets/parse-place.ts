import { UsageError } from '../../lib/errors.ts'
import { readTime, timeForms } from '../options/parse-time.ts'

/** Where a group can continue. */
export type Place =
  | { kind: 'beginning' }
  | { kind: 'end' }
  | { kind: 'offset'; offset: number }
  /** Milliseconds since 1970. */
  | { kind: 'time'; time: number }

/**
 * Reads the value of `--to`. A number without a unit is an offset.
 *
 * @param now milliseconds since 1970
 * @throws UsageError if the text has none of these forms
 */
export const parsePlace = (text: string, now: number): Place => {
  if (text === 'beginning' || text === 'end') return { kind: text }
  if (/^\d+$/.test(text)) return { kind: 'offset', offset: Number(text) }
  const time = readTime(text, now)
  if (time !== undefined) return { kind: 'time', time }
  throw new UsageError(
    `--to: "${text}" is not a place in a topic. Use beginning, end, an offset (4711), ${timeForms}.`,
  )
}
