// What the roles of the audit log may do. The test has a PostgreSQL of its own.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pg from 'pg'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { verifyAuditLog } from '../../consumers/audit-log/verify/verify.ts'
import { createReadPool, type Pool } from '../../lib/database.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { migrateAuditLog } from '../helpers/audit/migrate-audit-log.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
const urlOf = (role: string) => {
  const url = new URL(database.databaseUrl)
  Object.assign(url, { username: role, password: `password-of-${role}` })
  return url.href
}
await migrateAuditLog(database.databaseUrl, urlOf('audit_log'), urlOf('audit_reader'))
const [writer, reader] = ['audit_log', 'audit_reader'].map((role) =>
  createReadPool(urlOf(role), 'test', 3),
) as [Pool, Pool]
after(async () => {
  await Promise.all([writer.end(), reader.end()])
  await database.close()
})

await appendRows(
  writer,
  Array.from({ length: 10 }, (_, at) => pushRow(at)),
)
const { rows: relations } = await database.pool.query<{ name: string; kind: string }>(
  `select 'audit_log.' || quote_ident(relname) as name, relkind as kind from pg_class
   where relnamespace = 'audit_log'::regnamespace and relkind in ('r', 'p', 'v')`,
)
const tables = relations.filter(({ kind }) => kind !== 'v').map(({ name }) => name)
const { rows: functions } = await database.pool.query<{ name: string }>(
  `select oid::regprocedure::text as name from pg_proc where pronamespace = 'audit_log'::regnamespace
     -- An immutable function and a trigger function can change nothing by themselves.
     and provolatile <> 'i' and prorettype <> 'trigger'::regtype`,
)
const denied = /permission denied|must be owner/

/** Every statement that would change a table. */
const changesOf = (table: string): string[] => [
  `update ${table} set ctid = ctid`,
  `delete from ${table}`,
  `truncate ${table}`,
  `insert into ${table} default values`,
  `alter table ${table} disable trigger all`,
  `drop table ${table}`,
]

test('neither the worker nor the reader can change a row, remove it, or unprotect it', async () => {
  assert.ok(tables.length >= 8, tables.join(', '))
  for (const pool of [writer, reader])
    for (const statement of tables.flatMap(changesOf))
      await assert.rejects(
        pool.query(statement),
        ({ message }: Error) => denied.test(message) || /system column/.test(message),
        statement,
      )
})

test('no table has a right other than to be read, for both roles', async () => {
  for (const role of ['audit_log', 'audit_reader'])
    for (const table of tables)
      for (const right of ['insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain']) {
        const { rows } = await database.pool.query('select has_table_privilege($1, $2, $3) as has', [
          ...[role, table, right],
        ])
        assert.equal(rows[0].has, false, `${role} may ${right} ${table}`)
      }
})

test('the reader may call no function that writes, and the writer only the one that appends', async () => {
  const callableBy = async (role: string) => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select name from unnest($2::text[]) as name where has_function_privilege($1, name, 'execute')`,
      [role, functions.map(({ name }) => name)],
    )
    return rows.map(({ name }) => name)
  }
  assert.deepEqual(await callableBy('audit_reader'), [])
  assert.deepEqual(await callableBy('audit_log'), ['audit_log.append(json,bytea,bigint)'])
})

test('the writing role reads positions and hashes, and no event', async () => {
  for (const name of ['events', 'leaves', 'events_with_body', 'events_without_body'])
    await assert.rejects(writer.query(`select from audit_log.${name}`), denied, name)
})

test('the reader reads events with and without their bodies', async () => {
  const { rows, fields } = await reader.query('select * from audit_log.events_with_body order by leaf_index')
  assert.equal(rows.length, 10)
  assert.ok(Buffer.isBuffer(rows[0].raw))
  assert.deepEqual(
    fields.map(({ name }) => name).filter((name) => /salt|commitment/.test(name)),
    [],
  )
  const without = await reader.query('select * from audit_log.events_without_body')
  assert.equal(without.rows.length, 10)
  const names = without.fields.map(({ name }) => name)
  assert.ok(!names.includes('raw') && !names.includes('body_sha256') && names.includes('summary'))
  assert.equal((await reader.query('select raw from audit_log.events')).rows.length, 10)
})

test('the reader can verify the whole log', async () => {
  const result = await verifyAuditLog(reader, await database.anchor(), 1)
  assert.deepEqual([result.size, result.faults, result.anchor.kind], [10, [], 'extends'])
})

test('a role that may see no bodies gets the view without them alone', async () => {
  await database.pool.query(
    `create role dashboard login password 'password-of-dashboard';
     grant usage on schema audit_log to dashboard;
     grant select on audit_log.events_without_body to dashboard`,
  )
  const dashboard = new pg.Client({ connectionString: urlOf('dashboard') })
  await dashboard.connect()
  assert.equal((await dashboard.query('select summary from audit_log.events_without_body')).rows.length, 10)
  await assert.rejects(dashboard.query('select from audit_log.events'), denied)
  await assert.rejects(dashboard.query('select from audit_log.events_with_body'), denied)
  await dashboard.end()
})

test('without its URL, setup makes a reader that cannot log in, and with it one that can', async () => {
  await database.pool.query(
    `revoke all on all tables in schema audit_log from audit_reader;
     revoke all on schema audit_log from audit_reader; drop role audit_reader`,
  )
  await migrateAuditLog(database.databaseUrl, urlOf('audit_log'))
  const { rows } = await database.pool.query(
    `select rolcanlogin, has_table_privilege('audit_reader', 'audit_log.events', 'select') as reads
     from pg_roles where rolname = 'audit_reader'`,
  )
  assert.deepEqual(rows, [{ rolcanlogin: false, reads: true }])
  await migrateAuditLog(database.databaseUrl, urlOf('audit_log'), urlOf('audit_reader'))
  // A connection of the pool would still have the role that was dropped.
  const fresh = new pg.Client({ connectionString: urlOf('audit_reader') })
  await fresh.connect()
  assert.equal((await fresh.query('select from audit_log.events')).rowCount, 10)
  await fresh.end()
})
