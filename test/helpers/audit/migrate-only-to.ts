import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

const folder = new URL('../../../consumers/audit-log/migrations/', import.meta.url)

/** Applies the migrations up to this one, as an older version of the bridge has done it. */
export const migrateOnlyTo = async (client: pg.Pool, last: string): Promise<void> => {
  await client.query('create schema if not exists gitlab_bridge')
  await client.query(`create table if not exists gitlab_bridge.migrations
    (name text primary key, sha256 text not null, applied_at timestamptz not null default now())`)
  for (const name of readdirSync(folder)
    .sort()
    .filter((each) => each <= last)) {
    const sql = readFileSync(new URL(name, folder), 'utf8')
    await client.query(sql)
    const applied = [name, hash('sha256', sql)]
    await client.query('insert into gitlab_bridge.migrations (name, sha256) values ($1, $2)', applied)
  }
}
