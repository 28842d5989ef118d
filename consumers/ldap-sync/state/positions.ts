import { type Connection, type Pool, query } from '../../../lib/database.ts'
import type { Origin } from '../../consumer.ts'

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
