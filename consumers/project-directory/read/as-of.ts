import { type Pool, queryPrepared } from '../../../lib/database.ts'
import type { Scope } from './scope.ts'

/** How far the directory is. */
export interface Freshness {
  /** The newest record that was applied; null before the first one. */
  as_of: { received_at: string; topic: string; partition: number; offset: number } | null
  /** Whether GitLab's API has told what no hook did: all branches, and what is older than the bridge. */
  complete: boolean
}

/** The row of {@link selectFreshness}. */
export interface FreshnessRow {
  as_of_received_at: Date | null
  as_of_topic: string
  as_of_partition: number
  as_of_next_offset: string
  complete: boolean
}

/** SQL for one row. `$1` is the invented source, and `$2` the instance. */
export const selectFreshness = `
  select newest.received_at as as_of_received_at, newest.topic as as_of_topic,
         newest.kafka_partition as as_of_partition, newest.next_offset as as_of_next_offset,
         coalesce((select bool_and(reconciled_at is not null) from project_directory.realms
                    where invented = $1 and ($2::text is null or instance = $2)), false) as complete
    from (select 1) as always
    left join lateral (select received_at, topic, kafka_partition, next_offset
                         from project_directory.positions
                        where received_at is not null order by received_at desc limit 1) as newest
      on true`

/** @throws RetriableError while the database does not answer */
export const readFreshness = async (pool: Pool, { instance, invented }: Scope): Promise<Freshness> => {
  const [row] = await queryPrepared<FreshnessRow>(pool, selectFreshness, [invented, instance ?? null])
  return freshnessOf(row)
}

export const freshnessOf = (row: FreshnessRow | undefined): Freshness => {
  const complete = row?.complete ?? false
  if (row?.as_of_received_at == null) return { as_of: null, complete }
  const received_at = row.as_of_received_at.toISOString()
  const [topic, partition, offset] = [row.as_of_topic, row.as_of_partition, Number(row.as_of_next_offset) - 1]
  return { as_of: { received_at, topic, partition, offset }, complete }
}
