import { type Pool, query } from '../../../lib/database.ts'
import type { Scope } from './scope.ts'

/** How far the directory is. */
export interface Freshness {
  /** The newest record that was applied; null before the first one. */
  as_of: { received_at: string; topic: string; partition: number; offset: number } | null
  /** Whether GitLab's API has told what no hook did: all branches, and what is older than the bridge. */
  complete: boolean
}

/** @throws RetriableError while the database does not answer */
export const readFreshness = async (pool: Pool, { instance, invented }: Scope): Promise<Freshness> => {
  const [row] = await query<{
    received_at: Date | null
    topic: string
    kafka_partition: number
    next_offset: string
    complete: boolean
  }>(
    pool,
    `select newest.*, coalesce((select bool_and(reconciled_at is not null) from project_directory.realms
              where invented = $1 and ($2::text is null or instance = $2)), false) as complete
       from (select 1) as always
       left join lateral (select received_at, topic, kafka_partition, next_offset
                            from project_directory.positions
                           where received_at is not null order by received_at desc limit 1) as newest
         on true`,
    [invented, instance ?? null],
  )
  if (row?.received_at == null) return { as_of: null, complete: row?.complete ?? false }
  const { received_at, topic, kafka_partition: partition, next_offset, complete } = row
  const offset = Number(next_offset) - 1
  return { as_of: { received_at: received_at.toISOString(), topic, partition, offset }, complete }
}
