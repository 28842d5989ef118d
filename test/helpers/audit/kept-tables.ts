import type { Pool } from '../../../lib/database.ts'

const tables = ['events', 'leaves', 'repeats', 'dead_letters', 'statements', 'tiles', 'head', 'positions']

/** Lets the owner of the tables change rows, as an attacker would. */
export const removeTriggers = async (pool: Pool): Promise<void> => {
  for (const table of ['events', 'leaves', 'repeats', 'dead_letters', 'statements'])
    await pool.query(`alter table audit_log.${table} disable trigger append_only`)
}

/** Keeps a copy of the audit log, as a backup does. */
export const keepTables = async (pool: Pool): Promise<void> => {
  await pool.query('create schema kept')
  for (const table of tables) await pool.query(`create table kept.${table} as table audit_log.${table}`)
}

/** Brings back what `keepTables` kept. */
export const bringBackTables = async (pool: Pool): Promise<void> => {
  const statements = tables.flatMap((table) => [
    `delete from audit_log.${table};`,
    `insert into audit_log.${table} select * from kept.${table};`,
  ])
  await pool.query(['begin;', ...statements, 'commit;'].join('\n'))
}
