import type { Pool } from '../../../lib/database.ts'

/**
 * The text of every row of each table of the audit log, in lower case. Bytes are in hexadecimal.
 *
 * @param condition which rows `t` of a table count, in SQL
 */
export const dumpTables = async (
  pool: Pool,
  condition: string,
  values: readonly unknown[] = [],
): Promise<{ table: string; text: string }[]> => {
  const { rows: tables } = await pool.query(
    `select tablename from pg_tables where schemaname = 'audit_log' and tablename !~ '^events_'`,
  )
  const dumps: { table: string; text: string }[] = []
  for (const { tablename: table } of tables) {
    const { rows } = await pool.query(
      `select t::text as row from audit_log.${table} as t where ${condition}`,
      [...values],
    )
    const text = rows.map(({ row }) => row).join('\n')
    dumps.push({ table, text: text.toLowerCase() })
  }
  return dumps
}

/** The words by which the person of `frieda.ts` can be found, as texts and as bytes. */
export const tracesOfFrieda = ['frieda', 'kühn', 'f.kuehn'].flatMap((guess) => [
  guess,
  Buffer.from(guess).toString('hex'),
])
