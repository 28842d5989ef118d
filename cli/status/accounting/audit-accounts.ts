import type { Kafka } from 'kafkajs'
import { type Pool, query } from '../../../lib/database.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import type { Names } from '../../../schemas/topics.ts'
import type { Account } from './equation.ts'

interface Row {
  topic_id: string
  topic: string
  kafka_partition: number
  next_offset: string
  first_offset: string
  events: string
  repeats: string
  dead_letters: string
  statements: string
}

/**
 * Every offset between the first one that the audit log has and the next one is an event, a repeat, a
 * statement or a dead letter. And the consumer group is never ahead of the audit log.
 *
 * @throws RetriableError while the database does not answer
 */
export const readAuditAccounts = async (pool: Pool, kafka: Kafka, names: Names): Promise<Account[]> => {
  // The committed offsets come first: those of the database only grow meanwhile.
  const committed = await readCommitted(kafka, names, await topicsOf(pool))
  const rows = await query<Row>(pool, statement, [])
  return rows.map((row) => accountOf(row, committed))
}

const statement = 'select * from audit_log.offset_accounts order by topic, kafka_partition, topic_id'

const topicsOf = async (pool: Pool): Promise<string[]> => {
  const rows = await query<{ topic: string }>(pool, 'select distinct topic from audit_log.positions', [])
  return rows.map(({ topic }) => topic)
}

/** Id of the topic and name of the partition → the committed offset of the worker. */
const readCommitted = async (kafka: Kafka, names: Names, topics: readonly string[]) => {
  const offsets = await openOffsets(kafka)
  try {
    const ids = await offsets.topicIds(topics)
    const committed = await offsets.committed(names.group('audit-log'), topics)
    return new Map(committed.map((each) => [`${ids.get(each.topic)} ${partitionName(each)}`, each.offset]))
  } finally {
    await offsets.close()
  }
}

const accountOf = (row: Row, committed: ReadonlyMap<string, number | undefined>): Account => {
  const [next, first] = [Number(row.next_offset), Number(row.first_offset)]
  const [events, repeats] = [Number(row.events), Number(row.repeats)]
  const [deadLetters, statements] = [Number(row.dead_letters), Number(row.statements)]
  const place = partitionName({ topic: row.topic, partition: row.kafka_partition })
  const group = committed.get(`${row.topic_id} ${place}`) ?? next
  const ahead = Math.max(0, group - next)
  return {
    equation: 'audit log',
    place,
    terms: {
      ...{ offsets: next - first, events, repeats, dead_letters: deadLetters, statements },
      ...{ committed_ahead: ahead },
    },
    residue: next - first - events - repeats - deadLetters - statements + ahead,
  }
}
