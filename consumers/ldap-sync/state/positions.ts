import { type Connection, type Pool, query } from '../../../lib/database.ts'
import type { Origin, PartitionOrigin } from '../../consumer.ts'

/**
 * The offset at which the state continues in each of these partitions, in the same order; undefined where the
 * state has nothing of it.
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
       join ldap_sync.positions using (topic_id, topic, kafka_partition)`,
    [
      partitions.map(({ topicId }) => topicId),
      partitions.map(({ topic }) => topic),
      partitions.map(({ partition }) => partition),
    ],
  )
  const offsets = new Map(rows.map(({ place, next_offset }) => [Number(place), Number(next_offset)]))
  return partitions.map((_, index) => offsets.get(index + 1))
}

/** Stores that everything up to these records is in the state and in the directory. */
export const storePositions = async (
  connection: Pool | Connection,
  origins: readonly Origin[],
): Promise<void> => {
  // The records of one call are from one partition, in order.
  const last = origins.at(-1)
  if (last === undefined) return
  await query(
    connection,
    `insert into ldap_sync.positions as known values ($1, $2, $3, $4)
     on conflict (topic_id, topic, kafka_partition)
       do update set next_offset = greatest(known.next_offset, excluded.next_offset)`,
    [last.topicId, last.topic, last.partition, last.offset + 1],
  )
}
