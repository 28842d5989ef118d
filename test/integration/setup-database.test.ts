// What `bridge setup` does in the database. It has a PostgreSQL of its own.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { migrateDatabase } from '../../cli/setup/database/migrate-database.ts'
import { databaseRolesSql } from '../../cli/setup/database/print-roles.ts'
import { databaseUsersOf } from '../../cli/variables/database-variables.ts'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'
import { startServers } from '../helpers/servers/servers.ts'

const servers = await startServers(['postgres'])
after(() => servers.remove())
const { databaseUrl: ownerUrl } = servers
const { logger } = recordingLogger()

const urlOf = (role: string, password: string): string => {
  const url = new URL(ownerUrl)
  url.username = role
  url.password = password
  return url.href
}
const run = async (url: string, statement: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client.query(statement).finally(() => client.end())
}
const appliedNames = async (): Promise<string[]> => {
  const { rows } = await run(ownerUrl, 'select name from gitlab_bridge.migrations order by name')
  return rows.map(({ name }) => name)
}
const migrateAuditLog = (url: string) =>
  migrateDatabase(
    ownerUrl,
    databaseUsersOf([auditLog], { DATABASE_URL: ownerUrl, AUDIT_LOG_DATABASE_URL: url }),
    logger,
  )

/** A worker with one table, as a new worker would have. */
const counter = async (folder: string, sql: string) => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '0001-events.sql'), sql)
  return {
    worker: 'issue-counter',
    database: {
      migrations: pathToFileURL(`${folder}/`),
      rights: ['usage on schema issue_counter', 'select, insert on issue_counter.counts'],
    },
    variable: 'ISSUE_COUNTER_DATABASE_URL',
    url: urlOf('issue_counter', 'counter-password'),
  }
}

test('the roles that `--print database-roles` prints are enough, and setup keeps them', async () => {
  const env = { AUDIT_LOG_DATABASE_URL: urlOf('printed', 'not to be printed') }
  const sql = databaseRolesSql(env, [auditLog])
  assert.doesNotMatch(sql, /not to be printed/)
  const [before = '', grants = ''] = sql.split('-- 2.')
  await run(ownerUrl, before)
  await run(ownerUrl, "alter role printed password 'by hand'")
  await migrateAuditLog(urlOf('printed', 'by hand'))
  await run(ownerUrl, `-- ${grants}`)

  const worker = urlOf('printed', 'by hand')
  await run(worker, "select audit_log.append('[]', '', 0)")
  await run(worker, 'select from audit_log.head')
  await assert.rejects(run(worker, 'select from audit_log.events'), /permission denied/)
  await assert.rejects(run(worker, 'delete from audit_log.events'), /permission denied/)
  await assert.rejects(run(worker, 'select from gitlab_bridge.migrations'), /permission denied/)
  await assert.rejects(run(worker, 'create schema own'), /permission denied/)
})

test('without a URL of the worker, the printed role has the name of the worker', () => {
  assert.match(databaseRolesSql({}), /^create role "audit_log" login;$/m)
  assert.match(databaseRolesSql({ DATABASE_URL: ownerUrl }), /^create role "audit_log" login;$/m)
  const sql = databaseRolesSql({ AUDIT_READER_DATABASE_URL: urlOf('auditors', 'not to be printed') })
  assert.match(sql, /^create role "auditors" login;$/m)
  assert.match(sql, /^grant select on all tables in schema audit_log to "auditors";$/m)
  assert.doesNotMatch(sql, /not to be printed/)
})

test('each worker has its own migrations, and its role sees only its own tables', async (t) => {
  const table = 'create schema issue_counter; create table issue_counter.counts (at timestamptz)'
  const user = await counter(await temporaryFolder(t), table)
  const audit = databaseUsersOf([auditLog], { DATABASE_URL: ownerUrl })
  await migrateDatabase(ownerUrl, [...audit, user], logger)
  assert.equal(await migrateDatabase(ownerUrl, [...audit, user], logger), 0)
  const names = await appliedNames()
  assert.ok(names.includes('audit-log/0001-events.sql') && names.includes('issue-counter/0001-events.sql'))
  await run(user.url, 'insert into issue_counter.counts values (now())')
  await assert.rejects(run(user.url, 'select from audit_log.events'), /permission denied/)

  // A version without that worker leaves its tables alone.
  assert.equal(await migrateDatabase(ownerUrl, audit, logger), 0)
  const changed = await counter(await temporaryFolder(t), `${table}; -- changed`)
  await assert.rejects(migrateDatabase(ownerUrl, [changed], logger), {
    name: 'UsageError',
    message: /^The migration issue-counter\/0001-events\.sql was changed/,
  })
})

test('a migration or a right that the database refuses is named, with the line', async (t) => {
  const folder = await temporaryFolder(t)
  const made = 'create schema refused;\ncreate table refused.counts (at timestamptz)'
  const user = {
    ...(await counter(folder, `${made};\ncreate tabel refused.others (at timestamptz)`)),
    worker: 'refused',
    url: urlOf('refused', 'refused-password'),
  }
  await assert.rejects(migrateDatabase(ownerUrl, [user], logger), {
    name: 'UsageError',
    message: /^The migration refused\/0001-events\.sql cannot be applied: .*"tabel" \(line 3\)\. Correct /,
  })
  await counter(folder, made)
  const database = { ...user.database, rights: ['usage on schema refused', 'select on refused.other'] }
  await assert.rejects(migrateDatabase(ownerUrl, [{ ...user, database }], logger), {
    name: 'UsageError',
    message:
      /a right of the role refused: grant select on refused\.other to .*: .* does not exist\. Correct /,
  })
})

test('the migrations of a database of version 0.1 keep what they are, under their new names', async () => {
  await migrateAuditLog(ownerUrl)
  const names = await appliedNames()
  const oldName = "replace(name, 'audit-log/', '')"
  await run(ownerUrl, `update gitlab_bridge.migrations set name = ${oldName} where name like 'audit-log/%'`)
  assert.equal(await migrateAuditLog(ownerUrl), 0)
  assert.deepEqual(await appliedNames(), names)
})
