import { type Connection, type Pool, query } from '../../../lib/database.ts'

/** The statements by which a key names the next one, as JSON, the oldest first. */
export const readKeyChanges = async (pool: Pool | Connection): Promise<string[]> => {
  const rows = await query<{ content: string }>(
    pool,
    'select content from audit_log.key_changes order by leaf_index',
    [],
  )
  return rows.map(({ content }) => content)
}
