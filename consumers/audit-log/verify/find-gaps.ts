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

/** The view audit_log.gaps. Its text is here, because the owner of the tables could replace the view. */
const statement = `
  select topic_id, topic, kafka_partition, before + 1 as first_offset, kafka_offset - 1 as last_offset
  from (
    select topic_id, topic, kafka_partition, kafka_offset,
      lag(kafka_offset) over (partition by topic_id, topic, kafka_partition order by kafka_offset) as before
    from (
      select topic_id, topic, kafka_partition, kafka_offset from audit_log.leaves where topic is not null
      union all select topic_id, topic, kafka_partition, next_offset from audit_log.positions
    ) as known
  ) as ordered
  where before + 1 < kafka_offset
  order by topic, kafka_partition, first_offset`

/** Finds offsets that are neither an event nor a repeat, a statement or a dead letter. */
export const findGaps = async (client: Connection): Promise<Accounting> => {
  const { rows } = await client.query<{ count: string }>('select count(*) from audit_log.positions')
  const gaps = await client.query<Record<string, string>>(statement)
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
