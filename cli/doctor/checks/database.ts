import { readdirSync } from 'node:fs'
import { z } from 'zod'
import { consumers } from '../../../consumers/index.ts'
import { databaseUrl, type Environment, readVariables, secret } from '../../../lib/config.ts'
import { createReadPool, type Pool, query } from '../../../lib/database.ts'
import type { Finding } from '../finding.ts'
import { clockFinding } from './clock-finding.ts'

const variables = z.object({
  DATABASE_URL: databaseUrl().optional().describe('URL of the database.').meta(secret),
})

/** The oldest version that the tests run with. */
const oldestVersion = 15

/** Whether the database answers, its version, its clock, and the migrations that are missing. */
export const checkDatabase = async (env: Environment): Promise<Finding[]> => {
  const { DATABASE_URL: url } = readVariables(variables, env)
  if (url === undefined)
    return [
      {
        check: 'database',
        state: 'skipped',
        says: 'DATABASE_URL is not set: there is no audit log and no outbox.',
        todo: 'set it, and run `bridge setup`, if you want them',
      },
    ]
  const pool = createReadPool(url, 'gitlab-bridge.doctor', 1)
  try {
    const [row] = await query<{ version: string; now: Date }>(
      pool,
      `select current_setting('server_version_num') as version, clock_timestamp() as now`,
      [],
    )
    const now = Date.now()
    const major = Math.floor(Number(row?.version) / 10_000)
    const missing = await missingMigrations(pool)
    return [
      versionFinding(major),
      migrationFinding(missing),
      clockFinding('the database', row?.now.getTime() ?? now, now),
    ]
  } finally {
    await pool.end()
  }
}

const versionFinding = (major: number): Finding =>
  major < oldestVersion
    ? {
        check: 'database',
        state: 'warning',
        says: `It is PostgreSQL ${major}, which the bridge is not tested with.`,
        todo: `use version ${oldestVersion} or newer`,
      }
    : { check: 'database', state: 'ok', says: `PostgreSQL ${major} answers.` }

const migrationFinding = (missing: readonly string[]): Finding =>
  missing.length === 0
    ? { check: 'database', state: 'ok', says: 'All migrations were applied.' }
    : {
        check: 'database',
        state: 'problem',
        says: `${missing.length} migrations were not applied, such as ${missing[0]}.`,
        todo: 'run `bridge setup` of this version',
      }

const missingMigrations = async (pool: Pool): Promise<string[]> => {
  const ours = consumers.flatMap(({ name, database }) =>
    database === undefined
      ? []
      : readdirSync(database.migrations)
          .filter((file) => file.endsWith('.sql'))
          .map((file) => `${name}/${file}`),
  )
  const table = 'gitlab_bridge.migrations'
  const [row] = await query<{ exists: boolean }>(pool, 'select to_regclass($1) is not null as exists', [
    table,
  ])
  if (row?.exists !== true) return ours
  const applied = await query<{ name: string }>(pool, `select name from ${table}`, [])
  const names = new Set(applied.map(({ name }) => name))
  return ours.filter((name) => !names.has(name))
}
