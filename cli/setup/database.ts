import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { messageOf, RetriableError, UsageError } from '../../lib/errors.ts'

const folder = new URL('../../consumers/audit-log/migrations/', import.meta.url)

/** Any number will do, so long as it stays: two setups at a time wait for one another. */
const lockId = 4_842_013

/**
 * Applies the migrations that have not been applied yet, each in a transaction of its own, and lets the worker's role in.
 *
 * @param ownerUrl the role that owns the tables
 * @param workerUrl the role of the audit log; created with the password of this URL where it does not exist
 * @returns how many migrations were applied
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
    await client.query('select pg_advisory_lock($1)', [lockId])
    const applied = await applyMigrations(client)
    await admitWorker(client, new URL(ownerUrl), new URL(workerUrl))
    return applied
  } finally {
    await client.end()
  }
}

const applyMigrations = async (client: pg.Client): Promise<number> => {
  await client.query('create schema if not exists gitlab_bridge')
  await client.query(
    'create table if not exists gitlab_bridge.migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())',
  )
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
      throw new UsageError(`migration ${name} was changed after it had been applied to this database`)
    await client.query('begin')
    await client.query(sql)
    await client.query('insert into gitlab_bridge.migrations (name, sha256) values ($1, $2)', [name, sha256])
    await client.query('commit')
    applied += 1
  }
  return applied
}

/** The audit log's role may add and read rows, and ask for the partition of a month. */
const admitWorker = async (client: pg.Client, owner: URL, worker: URL) => {
  const role = decodeURIComponent(worker.username)
  if (role === decodeURIComponent(owner.username)) return
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
  if (rowCount === 0) {
    await client.query(
      `create role ${client.escapeIdentifier(role)} login password ${client.escapeLiteral(decodeURIComponent(worker.password))}`,
    )
  }
  const grantee = client.escapeIdentifier(role)
  await client.query(`grant usage on schema audit_log to ${grantee}`)
  await client.query(`grant select, insert on audit_log.events to ${grantee}`)
  await client.query(`grant execute on function audit_log.ensure_month(timestamptz) to ${grantee}`)
}
