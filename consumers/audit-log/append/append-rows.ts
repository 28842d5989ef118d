import { type Pool, query } from '../../../lib/database.ts'
import { type LogRow, packRows } from './pack-rows.ts'

/** What became of a batch. Rows that are in neither number were in the log already. */
export interface Appended {
  /** How many leaves the tree has now. */
  size: number
  events: number
  repeats: number
}

/**
 * Appends rows to the audit log in one transaction: all of them or none. A row whose record the log has
 * already is left out.
 *
 * @throws the error of the database if the values of a row are the cause; RetriableError in any other case
 */
export const appendRows = async (pool: Pool, rows: readonly LogRow[]): Promise<Appended> => {
  const { batch, bytes } = packRows(rows)
  const [answer] = await query<{ size: string; events: number; repeats: number }>(
    pool,
    'select size, events, repeats from audit_log.append($1, $2)',
    [batch, bytes],
  )
  if (answer === undefined) throw new Error('audit_log.append did not answer')
  return { ...answer, size: Number(answer.size) }
}
