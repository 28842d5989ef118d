import { type Pool, query } from '../../../lib/database.ts'
import type { PartitionOrigin } from '../../consumer.ts'

/**
 * The offset at which the log continues in each of these partitions, in the same order; undefined where the
 * log has nothing of it.
 *
 * @throws RetriableError while the database does not answer
 */
export const readPositions = async (
  pool: Pool,
  partitions: readonly PartitionOrigin[],
): Promise<(number | undefined)[]> => {
  const rows = await query<{ place: string; next_offset: string }>(
    pool,
    `select place, next_offset
       from unnest($1::uuid[], $2::text[], $3::integer[]) with ordinality
         as given(topic_id, topic, kafka_partition, place)
       join audit_log.positions using (topic_id, topic, kafka_partition)`,
    [
      partitions.map(({ topicId }) => topicId),
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
    ],
  )
  const offsets = new Map(rows.map(({ place, next_offset }) => [Number(place), Number(next_offset)]))
  return partitions.map((_, index) => offsets.get(index + 1))
}
