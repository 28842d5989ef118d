import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { messageOf, RetriableError, UsageError } from '../../lib/errors.ts'

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
 * @throws RetriableError if the database cannot be reached; UsageError if a migration was changed after it
 * was applied
 */
export const migrateDatabase = async (ownerUrl: string, workerUrl: string): Promise<number> => {
  const client = new pg.Client({
    connectionString: ownerUrl,
    connectionTimeoutMillis: 5000,
    application_name: 'gitlab-bridge.setup',
  })
  try {
    await client.connect()
  } catch (error) {
    throw new RetriableError(`DATABASE_URL: cannot connect: ${messageOf(error)}`, { cause: error })
  }
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey])
    const applied = await applyMigrations(client)
    await grantToWorker(client, new URL(ownerUrl), new URL(workerUrl))
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
  let applied = 0
  for (const name of readdirSync(folder).sort()) {
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

/** The worker may read and add rows, and create the partition of a month. */
const grantToWorker = async (client: pg.Client, owner: URL, worker: URL) => {
  const name = decodeURIComponent(worker.username)
  if (name === decodeURIComponent(owner.username)) return
  const role = client.escapeIdentifier(name)
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name])
  if (rowCount === 0) {
    const password = client.escapeLiteral(decodeURIComponent(worker.password))
    await client.query(`create role ${role} login password ${password}`)
  }
  await client.query(`grant usage on schema audit_log to ${role}`)
  await client.query(`grant select, insert on audit_log.events to ${role}`)
  await client.query(`grant execute on function audit_log.ensure_month(timestamptz) to ${role}`)
}
