import type { RunningSync } from './open-ldap-test.ts'

/** Tables that others refer to come first. */
const tables = [
  ...['positions', 'containers', 'renames', 'memberships', 'people', 'targets', 'owned_members', 'keys'],
  ...['runs', 'operations', 'holds', 'hold_items', 'raises', 'settings', 'undone_items'],
]

/**
 * Remembers the tables of the worker, as a dump of the database does.
 *
 * @param owner runs a statement as the owner of the tables
 * @returns a function that brings them back
 */
export const dumpState = async (
  sync: Pick<RunningSync, 'query'>,
  owner: (text: string, values?: unknown[]) => Promise<unknown>,
): Promise<() => Promise<void>> => {
  const dumped = new Map<string, unknown>()
  for (const table of tables) {
    const [row] = await sync.query(`select coalesce(json_agg(t), '[]') as rows from ldap_sync.${table} t`)
    dumped.set(table, row?.rows)
  }
  return async () => {
    await owner(`truncate ${tables.map((table) => `ldap_sync.${table}`).join(', ')}`)
    for (const [table, rows] of dumped)
      await owner(
        `insert into ldap_sync.${table} overriding system value
           select * from json_populate_recordset(null::ldap_sync.${table}, $1)`,
        [JSON.stringify(rows)],
      )
  }
}
