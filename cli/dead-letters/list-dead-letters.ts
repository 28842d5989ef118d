import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import { findWorker } from '../workers/find-worker.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetters } from './open-dead-letters.ts'

/** Dead letters of one worker that failed alike. */
export interface DeadLetterGroup {
  worker: string
  fingerprint: string
  error: string
  /** Of the last one. */
  message: string
  events: readonly EventType[]
  count: number
  /** When the first and the last were put aside, ISO 8601. */
  first: string
  last: string
}

/** The largest group first. */
export const listDeadLetters = async (
  worker: string | undefined,
  env: Environment,
): Promise<DeadLetterGroup[]> => {
  const wanted = worker === undefined ? consumers : [findWorker(worker)]
  const letters = await Promise.all(
    wanted.map(async (consumer) => (await openDeadLetters(consumer, env)).letters),
  )
  return groupByFingerprint(letters.flat())
}

export const groupByFingerprint = (letters: readonly DeadLetter[]): DeadLetterGroup[] =>
  [...Map.groupBy(letters, ({ worker, fingerprint }) => `${worker} ${fingerprint}`).values()]
    .map((alike): DeadLetterGroup => {
      const inTime = alike.toSorted((one, other) => one.at.localeCompare(other.at))
      const [first, last] = [inTime[0], inTime.at(-1)] as [DeadLetter, DeadLetter]
      const { worker, fingerprint, error, message } = last
      const events = [...new Set(alike.map(({ event }) => event))].sort()
      return {
        worker,
        fingerprint,
        error,
        message,
        events,
        count: alike.length,
        first: first.at,
        last: last.at,
      }
    })
    .sort((one, other) => other.count - one.count)
