import { type Pool, query } from '../../../lib/database.ts'
import { type ShownRow, shownRow } from '../read/shown-row.ts'

/** The columns of the table of gaps. */
export const gapColumns = ['leaf_index', 'kind', 'began_at', 'ended_at', 'ingress', 'refused'] as const

/**
 * The times in which an ingress was down or refused hooks, oldest first. What GitLab sent meanwhile is not in
 * the log.
 */
export const readGaps = async (pool: Pool): Promise<ShownRow[]> =>
  (
    await query(
      pool,
      `select ${gapColumns.join(', ')} from audit_log.intervals order by began_at, leaf_index`,
      [],
    )
  ).map(shownRow)
