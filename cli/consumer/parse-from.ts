import type { From } from '../../consumers/runtime/beginning/decide-beginning.ts'
import { UsageError } from '../../lib/errors.ts'
import { readTime, timeForms } from '../options/parse-time.ts'

/**
 * Reads the value of `--from`.
 *
 * @param now milliseconds since 1970
 * @throws UsageError if the text has none of the forms
 */
export const parseFrom = (text: string, now: number): From => {
  if (text === 'oldest' || text === 'now') return text
  const time = readTime(text, now)
  if (time !== undefined) return time
  throw new UsageError(`--from: "${text}" is not a place. Use oldest, now, ${timeForms}.`)
}
