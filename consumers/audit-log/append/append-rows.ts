import { type Pool, query } from '../../../lib/database.ts'
import { type EventRow, type LogRow, packRows, type Withheld } from './pack-rows.ts'

/** What became of a batch. Rows that are in neither number were in the log already. */
export interface Appended {
  /** How many leaves the tree has now. */
  size: number
  events: number
  repeats: number
}

/** Which rows belong to people who were erased. */
export interface Erasures {
  known(): Promise<KnownErasures>
  reload(): Promise<KnownErasures>
}

interface KnownErasures {
  /** How many erasures the database has. */
  count: number
  recognise(row: EventRow): Withheld | undefined
}

/**
 * Appends rows to the audit log in one transaction: all of them or none. A row whose record the log has
 * already is left out.
 *
 * @param erasures rows of erased people come without their values. Without this argument, no row does
 * @throws the error of the database if the values of a row are the cause; RetriableError in any other case
 */
export const appendRows = async (
  pool: Pool,
  rows: readonly LogRow[],
  erasures?: Erasures,
): Promise<Appended> => {
  let known = await erasures?.known()
  for (;;) {
    const { batch, bytes } = packRows(rows, known?.recognise)
    const [answer] = await query<{ size: string | null; events: number; repeats: number }>(
      pool,
      'select size, events, repeats from audit_log.append($1, $2, $3)',
      [batch, bytes, known?.count ?? null],
    )
    if (answer === undefined) throw new Error('audit_log.append did not answer')
    if (answer.size !== null) return { ...answer, size: Number(answer.size) }
    // Somebody was erased meanwhile, and nothing was written.
    known = await erasures?.reload()
  }
}
