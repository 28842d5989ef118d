import type { Connection } from '../../../lib/database.ts'

/** Offsets of a partition that have no leaf. */
export interface Gap {
  topic: string
  /** Tells the topic from one of the same name that was deleted. */
  topicId: string
  partition: number
  first: number
  last: number
}

/** Which offsets the log accounts for. */
export interface Accounting {
  /** How many partitions the log has records of. */
  partitions: number
  gaps: Gap[]
}

/** Finds offsets that are neither an event nor a repeat, a statement or a dead letter. */
export const findGaps = async (client: Connection): Promise<Accounting> => {
  const { rows } = await client.query<{ count: string }>('select count(*) from audit_log.positions')
  const gaps = await client.query<Record<string, string>>(
    'select * from audit_log.gaps order by topic, kafka_partition, first_offset',
  )
  return {
    partitions: Number(rows[0]?.count ?? 0),
    gaps: gaps.rows.map((row) => ({
      topic: row.topic ?? '',
      topicId: row.topic_id ?? '',
      partition: Number(row.kafka_partition),
      first: Number(row.first_offset),
      last: Number(row.last_offset),
    })),
  }
}
