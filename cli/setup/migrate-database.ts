import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { messageOf, RetriableError, UsageError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { checkWorkerLogin, grantToWorker, refusedLogin } from './database-role.ts'

const folder = new URL('../../consumers/audit-log/migrations/', import.meta.url)

/**
 * Key of the advisory lock that makes two setups wait for each other. Any number works, but it must never
 * change.
 */
const lockKey = 4_842_013

/**
 * Applies the migrations that are missing, each in its own transaction, and gives the role of the worker its
 * rights.
 *
 * @param ownerUrl with the role that owns the tables
 * @param workerUrl with the role of the worker audit-log; if the role does not exist, it is created with this
 * password
 * @returns the number of migrations that were applied
 * @throws RetriableError if the database cannot be reached; UsageError if it refuses the login, if a
 * migration was changed after it was applied, if a newer version has migrated the database, or if the worker
 * could not use it
 */
export const migrateDatabase = async (
  ownerUrl: string,
  workerUrl: string,
  logger: Logger,
): Promise<number> => {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 5000,
    application_name: 'gitlab-bridge.setup',
  })
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => undefined)
    const refused = refusedLogin('DATABASE_URL', error)
    if (refused !== undefined) throw refused
    throw new RetriableError(`DATABASE_URL: cannot connect: ${messageOf(error)}`, { cause: error })
  }
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    const applied = await applyMigrations(client)
    await grantToWorker(client, new URL(ownerUrl), new URL(workerUrl))
    await checkWorkerLogin(workerUrl, lockKey, logger)
    return applied
  } finally {
    await client.end()
  }
}

const createMigrationTable = `create table if not exists gitlab_bridge.migrations
  (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`

const applyMigrations = async (client: pg.Client): Promise<number> => {
  await client.query('create schema if not exists gitlab_bridge')
  await client.query(createMigrationTable)
  const { rows } = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from gitlab_bridge.migrations',
  )
  const known = new Map(rows.map(({ name, sha256 }) => [name, sha256]))
  const ours = readdirSync(folder).sort()
  const newer = [...known.keys()].filter((name) => !ours.includes(name))
  if (newer.length > 0)
    throw new UsageError(
      `A newer version of the bridge has migrated this database: this version has no ${newer.join(', ')}. ` +
        'Run `bridge setup` of that version, or restore a backup of the database.',
    )
  let applied = 0
  for (const name of ours) {
    const sql = readFileSync(new URL(name, folder), 'utf8')
    const sha256 = hash('sha256', sql)
    if (known.get(name) === sha256) continue
    if (known.has(name))
      throw new UsageError(
        `The migration ${name} was changed after it had been applied to this database. Restore the file.`,
      )
    await client.query('begin')
    await client.query(sql)
    await client.query('insert into gitlab_bridge.migrations (name, sha256) values ($1, $2)', [name, sha256])
    await client.query('commit')
    applied += 1
  }
  return applied
}
