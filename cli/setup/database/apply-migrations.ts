import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'
import { UsageError } from '../../../lib/errors.ts'
import type { DatabaseUser } from '../../variables/database-variables.ts'
import { problemOfStatement } from './problem-of-statement.ts'

/** A migration of a worker. Its name is made of the worker and the file: `audit-log/0001-events.sql`. */
interface Migration {
  name: string
  sql: string
  sha256: string
}

/**
 * Applies the migrations that are missing, each in its own transaction, in the order of the workers and of
 * their files.
 *
 * @returns the number of migrations that were applied
 * @throws UsageError if a migration was changed after it was applied, or if a newer version has migrated the
 * database
 */
export const applyMigrations = async (
  client: pg.Client,
  workers: readonly Pick<DatabaseUser, 'worker' | 'database'>[],
): Promise<number> => {
  const known = await readApplied(client)
  const ours = workers.flatMap(migrationsOf)
  refuseNewerVersion(
    [...known.keys()],
    ours,
    workers.map(({ worker }) => worker),
  )
  const missing = ours.filter(({ name, sha256 }) => known.get(name) !== sha256)
  const changed = missing.find(({ name }) => known.has(name))
  if (changed !== undefined)
    throw new UsageError(
      `The migration ${changed.name} was changed after it had been applied to this database. ` +
        'Restore the file.',
    )
  for (const migration of missing) await apply(client, migration)
  return missing.length
}

const createMigrationTable = `create table if not exists gitlab_bridge.migrations
  (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`

// Before other workers had migrations, the names were those of the files of the audit log.
const nameOldMigrations =
  "update gitlab_bridge.migrations set name = 'audit-log/' || name where name not like '%/%'"

/** Name → digest of every migration that was applied. */
const readApplied = async (client: pg.Client): Promise<Map<string, string>> => {
  await client.query('create schema if not exists gitlab_bridge')
  await client.query(createMigrationTable)
  const read = async () =>
    (
      await client.query<{ name: string; sha256: string }>(
        'select name, sha256 from gitlab_bridge.migrations',
      )
    ).rows
  let rows = await read()
  if (rows.some(({ name }) => !name.includes('/'))) {
    await client.query(nameOldMigrations)
    rows = await read()
  }
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]))
}

const migrationsOf = ({
  worker,
  database: { migrations: folder, schema = '' },
}: Pick<DatabaseUser, 'worker' | 'database'>): Migration[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, folder), 'utf8').replaceAll('{{schema}}', schema)
      return { name: `${worker}/${file}`, sql, sha256: hash('sha256', sql) }
    })

/** A worker that this version does not have is no reason to refuse: its tables are its own. */
const refuseNewerVersion = (
  known: readonly string[],
  ours: readonly Migration[],
  workers: readonly string[],
) => {
  const names = ours.map(({ name }) => name)
  const isOfOurs = (name: string) => workers.some((worker) => name.startsWith(`${worker}/`))
  const newer = known.filter((name) => isOfOurs(name) && !names.includes(name))
  if (newer.length > 0)
    throw new UsageError(
      `A newer version of the bridge has migrated this database: this version has no ${newer.join(', ')}. ` +
        'Run `bridge setup` of that version, or restore a backup of the database.',
    )
}

/** @throws UsageError naming the file and the line, if the database refuses what the file says */
const apply = async (client: pg.Client, { name, sql, sha256 }: Migration) => {
  await client.query('begin')
  await client.query(sql).catch((error: unknown) => {
    const problem = problemOfStatement(error, sql)
    if (problem === undefined) throw error
    throw new UsageError(
      `The migration ${name} cannot be applied: ${problem}. Correct the file, or the rights of the role of ` +
        'DATABASE_URL. Nothing of this file was applied.',
      { cause: error },
    )
  })
  await client.query('insert into gitlab_bridge.migrations (name, sha256) values ($1, $2)', [name, sha256])
  await client.query('commit')
}
