import { type Connection, type Pool, query } from './database.ts'

/** A partition of a topic. The id tells the topic from one that was deleted and created again. */
interface Partition {
  topicId: string
  topic: string
  partition: number
}

/**
 * The offsets at which a worker continues, from the table `positions` in its schema: topic_id,
 * topic, kafka_partition, next_offset. The worker moves them in the transaction that handles the records.
 *
 * @param schema a name of ours, such as `audit_log`: it is not quoted
 * @returns in the order of the partitions; undefined where the table has nothing
 * @throws RetriableError while the database does not answer
 */
export const readPositions = async (
  connection: Pool | Connection,
  schema: string,
  partitions: readonly Partition[],
): Promise<(number | undefined)[]> => {
  const rows = await query<{ place: string; next_offset: string }>(
    connection,
    `select place, next_offset
       from unnest($1::uuid[], $2::text[], $3::integer[]) with ordinality
         as given(topic_id, topic, kafka_partition, place)
       join ${schema}.positions using (topic_id, topic, kafka_partition)`,
    [
      partitions.map(({ topicId }) => topicId),
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
    ],
  )
  const offsets = new Map(rows.map(({ place, next_offset }) => [Number(place), Number(next_offset)]))
  return partitions.map((_, index) => offsets.get(index + 1))
}
