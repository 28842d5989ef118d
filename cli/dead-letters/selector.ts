import { UsageError } from '../../lib/errors.ts'
import { parseTime } from '../options/parse-time.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { Selection } from './options.ts'

/**
 * A test whether a dead letter is selected: it must match every condition that is given.
 *
 * @param now milliseconds since 1970
 * @throws UsageError if a condition is empty, or a time is not one
 */
export const createSelector = (selection: Selection, now: number): ((letter: DeadLetter) => boolean) => {
  refuseEmptyConditions(selection)
  const { event, project, fingerprint } = selection
  const since = selection.since === undefined ? -Infinity : parseTime('--since', selection.since, now)
  const until = selection.until === undefined ? Infinity : parseTime('--until', selection.until, now)
  const keys = new Set(selection.keys)
  return (letter) => {
    const at = Date.parse(letter.at)
    return (
      (keys.size === 0 || keys.has(letter.dead_letter)) &&
      (event === undefined || letter.event === event) &&
      (project === undefined || letter.key === project) &&
      (fingerprint === undefined || letter.fingerprint.startsWith(fingerprint)) &&
      at >= since &&
      at < until
    )
  }
}

/**
 * Commands that change dead letters need at least one condition, or `--all`.
 *
 * @throws UsageError if there is none
 */
export const requireCondition = ({ keys, all, ...options }: Selection): void => {
  const hasCondition = conditionsOf(options).some(([, value]) => value !== undefined)
  if (all || keys.length > 0 || hasCondition) return
  throw new UsageError(
    'No dead letters are selected. Give keys, --event, --project, --fingerprint, --since, --until, or --all.',
  )
}

const conditionsOf = ({ event, project, fingerprint, since, until }: Omit<Selection, 'keys' | 'all'>) =>
  Object.entries({ event, project, fingerprint, since, until })

// An empty condition is usually a shell variable that was not set. Ignoring it would select all dead letters.
const refuseEmptyConditions = ({ keys, ...options }: Selection) => {
  const empty = conditionsOf(options).find(([, value]) => value?.trim() === '')
  if (empty !== undefined) throw new UsageError(`--${empty[0]} is empty. Give it a value, or leave it out.`)
  if (keys.some((key) => key.trim() === ''))
    throw new UsageError('A key of a dead letter is empty. Give it a value, or leave it out.')
}
