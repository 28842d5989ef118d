import { type Connection, type Pool, query } from '../../../lib/database.ts'
import { readPositions } from '../../../lib/database-positions.ts'
import type { MessageOrigin } from './entry.ts'

interface Partition {
  topic: string
  topicId: string
  partition: number
}

/** Stores that the worker continues behind these records. A position never goes back. */
export const storePositions = async (
  connection: Pick<Connection, 'query'>,
  schema: string,
  origins: readonly MessageOrigin[],
): Promise<void> => {
  const last = new Map<string, MessageOrigin>()
  for (const origin of origins) {
    const key = `${origin.topicId} ${origin.topic} ${origin.partition}`
    if ((last.get(key)?.offset ?? -1) < origin.offset) last.set(key, origin)
  }
  await setPositions(
    connection,
    schema,
    [...last.values()].map((origin) => ({ ...origin, next: origin.offset + 1 })),
  )
}

const setPositions = async (
  connection: Pick<Connection, 'query'>,
  schema: string,
  places: readonly (Partition & { next: number })[],
): Promise<void> => {
  await query(
    connection as Connection,
    `insert into ${schema}.positions as p (topic_id, topic, kafka_partition, next_offset)
     select * from unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[]) order by 1, 2, 3
     on conflict (topic_id, topic, kafka_partition)
       do update set next_offset = greatest(p.next_offset, excluded.next_offset)`,
    [
      places.map(({ topicId }) => topicId),
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      places.map(({ next }) => next),
    ],
  )
}

/**
 * Where the worker continues in each partition. In a partition that the outbox does not know, it continues
 * where its group does: a worker that begins now must not go back to the oldest record.
 *
 * @throws RetriableError while the database does not answer
 */
export const startPositions = async (
  pool: Pool,
  schema: string,
  partitions: readonly (Partition & { groupOffset: number })[],
): Promise<number[]> => {
  const offsets = await readPositions(pool, schema, partitions)
  const unknown = partitions.filter((_, index) => offsets[index] === undefined)
  await setPositions(
    pool,
    schema,
    unknown.map((place) => ({ ...place, next: place.groupOffset })),
  )
  return partitions.map(({ groupOffset }, index) => offsets[index] ?? groupOffset)
}
