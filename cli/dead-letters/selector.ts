import { UsageError } from '../../lib/errors.ts'
import { parseTime } from '../offsets/place.ts'
import type { DeadLetterOptions } from './command.ts'
import type { DeadLetter } from './dead-letter.ts'

export type Selection = DeadLetterOptions & { keys: readonly string[]; all?: true }

/** Whether a dead letter is meant: every condition that was given must hold. @throws UsageError for one that is empty, or a time that is none */
export const createSelect = (selection: Selection, now: number): ((letter: DeadLetter) => boolean) => {
  refuseEmpty(selection)
  const since = selection.since === undefined ? Number.NEGATIVE_INFINITY : parseTime(selection.since, now)
  const until = selection.until === undefined ? Number.POSITIVE_INFINITY : parseTime(selection.until, now)
  const keys = new Set(selection.keys)
  return (letter) =>
    (keys.size === 0 || keys.has(letter.dead_letter)) &&
    (selection.event === undefined || letter.event === selection.event) &&
    (selection.project === undefined || letter.key === selection.project) &&
    (selection.fingerprint === undefined || letter.fingerprint.startsWith(selection.fingerprint)) &&
    Date.parse(letter.at) >= since &&
    Date.parse(letter.at) < until
}

/** What changes dead letters must be told which. @throws UsageError */
export const mustSelect = ({ keys, event, project, fingerprint, since, until, all }: Selection): void => {
  if (
    keys.length > 0 ||
    all ||
    [event, project, fingerprint, since, until].some((condition) => condition !== undefined)
  )
    return
  throw new UsageError('say which: keys, --event, --project, --fingerprint, --since, --until, or --all')
}

// In a script it is a variable that was not set, and would mean all of them.
const refuseEmpty = ({ keys, event, project, fingerprint, since, until }: Selection) => {
  const empty = Object.entries({ event, project, fingerprint, since, until }).find(
    ([, condition]) => condition?.trim() === '',
  )
  if (empty !== undefined) throw new UsageError(`--${empty[0]} is empty: it would say nothing`)
  if (keys.some((key) => key.trim() === '')) throw new UsageError('a key is empty: it would say nothing')
}
