import { type Pool, query } from '../../../lib/database.ts'
import { type ShownRow, shownRow } from '../read/shown-row.ts'

/** The columns of the table of gaps. */
export const gapColumns = [
  ...['leaf_index', 'kind', 'began_at', 'ended_at', 'ingress', 'refused'],
  ...['topic', 'kafka_partition', 'first_offset', 'last_offset'],
] as const

/**
 * What the log does not have, as far as it knows. `down` and `refusing`: a time in which an ingress took no
 * hooks, so that what GitLab sent is not in the log. `unaccounted`: offsets of Kafka that are in no row.
 */
export const readGaps = async (pool: Pool): Promise<ShownRow[]> =>
  (await query(pool, statement, [])).map(shownRow)

const statement = `
  select leaf_index, kind, began_at, ended_at, ingress, refused,
    null as topic, null::integer as kafka_partition, null::bigint as first_offset, null::bigint as last_offset
  from audit_log.intervals
  union all
  select null, 'unaccounted', null, null, null, null, topic, kafka_partition, first_offset, last_offset
  from audit_log.gaps
  order by began_at, leaf_index, topic, kafka_partition, first_offset`
