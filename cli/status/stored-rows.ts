import type { Kafka } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import type { Environment } from '../../lib/config.ts'
import type { Names } from '../../schemas/topics.ts'
import { groupByFingerprint } from '../dead-letters/list-dead-letters.ts'
import { readDeadLetters } from '../dead-letters/read-dead-letters.ts'
import { listOutboxes } from '../outbox/list-outboxes.ts'
import type { StatusRow } from './rows.ts'

/** How many kinds of errors of one worker are shown. */
const shownErrors = 2

/** The open dead letters of each worker, and the newest errors among them. */
export const deadLetterRows = async (
  kafka: Kafka,
  names: Pick<Names, 'deadLetterTopic'>,
  workers: readonly Pick<Consumer, 'name'>[],
): Promise<StatusRow[]> => {
  const ofWorkers = await Promise.all(
    workers.map(({ name }) => readDeadLetters(kafka, name, names.deadLetterTopic(name))),
  )
  return ofWorkers.flatMap((letters): StatusRow[] => {
    const groups = groupByFingerprint(letters).toSorted((one, other) => other.last.localeCompare(one.last))
    const [{ worker } = { worker: '' }] = groups
    const [oldest = ''] = groups.map(({ first }) => first).sort()
    if (letters.length === 0) return []
    const errors = groups.slice(0, shownErrors).map(({ error, message, count, last }) => {
      const says = `${count} dead letters: ${error}: ${message.split('\n')[0]}`
      return { part: 'error' as const, of: worker, says, at: last }
    })
    return [{ part: 'dead_letters', worker, count: letters.length, oldest }, ...errors]
  })
}

/** The destinations of every outbox, and why the last message of each failed. */
export const outboxRows = async (env: Environment): Promise<StatusRow[]> =>
  (await listOutboxes(env)).flatMap(({ bytes: _bytes, ...outbox }): StatusRow[] => {
    const row: StatusRow = { part: 'outbox', ...outbox }
    const isSound = outbox.last_failure === null || (outbox.state === 'active' && outbox.dead === 0)
    if (isSound) return [row]
    const of = `${outbox.worker} → ${outbox.destination}`
    return [row, { part: 'error', of, says: outbox.last_failure ?? '', at: null }]
  })
