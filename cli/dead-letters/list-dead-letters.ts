import type { Consumer } from '../../consumers/consumer.ts'
import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import { createKafkaClient } from '../clients.ts'
import { visibleText } from '../output/visible-text.ts'
import { requireReadableTopics } from '../require-topics.ts'
import { findWorker } from '../workers/find-worker.ts'
import type { DeadLetter } from './dead-letter.ts'
import { openDeadLetters } from './open-dead-letters.ts'

/** Dead letters of one worker with the same kind of error. */
export interface DeadLetterGroup {
  worker: string
  fingerprint: string
  error: string
  /** Message of the newest one. */
  message: string
  events: readonly EventType[]
  count: number
  /** When the oldest and the newest were dead-lettered, ISO 8601. */
  first: string
  last: string
}

/**
 * Open dead letters of one worker, or of all, in groups. The largest group is first.
 *
 * @returns also the dead-letter topics that do not exist
 * @throws UsageError if none of the dead-letter topics exists
 */
export const listDeadLetters = async (
  worker: string | undefined,
  env: Environment,
): Promise<{ groups: DeadLetterGroup[]; missing: readonly string[] }> => {
  const wanted = worker === undefined ? consumers : [findWorker(worker)]
  const { kafka, names } = createKafkaClient(env, 'dead-letters')
  const topicOf = ({ name }: Pick<Consumer, 'name'>) => names.deadLetterTopic(name)
  const missing = await requireReadableTopics({ kafka, names }, wanted.map(topicOf))
  const present = wanted.filter((consumer) => !missing.includes(topicOf(consumer)))
  const letters = await Promise.all(
    present.map(async (consumer) => (await openDeadLetters(consumer, env)).letters),
  )
  return { groups: groupByFingerprint(letters.flat()), missing }
}

export const groupByFingerprint = (letters: readonly DeadLetter[]): DeadLetterGroup[] => {
  const groups = Map.groupBy(letters, ({ worker, fingerprint }) => `${worker} ${fingerprint}`)
  return [...groups.values()].map(toGroup).sort((one, other) => other.count - one.count)
}

const toGroup = (letters: readonly DeadLetter[]): DeadLetterGroup => {
  const sorted = letters.toSorted((one, other) => one.at.localeCompare(other.at))
  const [oldest, newest] = [sorted[0], sorted.at(-1)] as [DeadLetter, DeadLetter]
  const { worker, fingerprint, error, message } = newest
  const events = [...new Set(letters.map(({ event }) => event))].sort()
  const times = { first: oldest.at, last: newest.at }
  return { worker, fingerprint, error, message, events, count: letters.length, ...times }
}

export const groupText = (group: DeadLetterGroup): string => {
  const { worker, fingerprint, count, first, last, events, error, message } = group
  const summary = `${worker}  ${fingerprint}  ${count}x  ${first} to ${last}  ${events.join(',')}`
  return visibleText(`${summary}\n    ${error}: ${message}`)
}
