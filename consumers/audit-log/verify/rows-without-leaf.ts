import type { Pool } from '../../../lib/database.ts'
import type { Fault } from './fault.ts'

const query = `
  select leaf_index, event_type || ', delivery ' || delivery_id as row
    from audit_log.events where leaf_index is null
  union all
  select r.leaf_index, 'repeat of delivery ' || r.delivery_id from audit_log.repeats as r
    left join audit_log.leaves as l on l.index = r.leaf_index and l.kind = 2 where l.index is null
  union all
  select d.leaf_index, 'dead letter ' || d.topic || '/' || d.kafka_partition || ' offset ' || d.kafka_offset
    from audit_log.dead_letters as d
    left join audit_log.leaves as l on l.index = d.leaf_index and l.kind = 9 where l.index is null
  union all
  select s.leaf_index, 'statement of ' || s.received_at from audit_log.statements as s
    left join audit_log.leaves as l on l.index = s.leaf_index and l.kind in (3, 4, 6, 7, 8)
    where l.index is null`

/** Finds rows that no leaf names, where they are not in the order of the tree. */
export const findRowsWithoutLeaf = async (pool: Pool): Promise<Fault[]> => {
  const { rows } = await pool.query<{ leaf_index: string | null; row: string }>(query)
  return rows.map(({ leaf_index, row }) => ({
    kind: 'inserted',
    index: leaf_index === null ? undefined : Number(leaf_index),
    row,
    detail: 'no leaf names it',
  }))
}
