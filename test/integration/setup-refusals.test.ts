import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { migrateDatabase } from '../../cli/setup/migrate-database.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('setup-refusals')
await stack.setUp()
const { logger } = recordingLogger()

const run = async (url: string, statement: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client.query(statement).finally(() => client.end())
}

const changed = (url: string, change: (url: URL) => void) => {
  const copy = new URL(url)
  change(copy)
  return copy.href
}

const uniqueName = (start: string) => `${start}_${randomBytes(3).toString('hex')}`

test('three setups that run at the same time on a fresh prefix all succeed', async () => {
  const env = {
    DATABASE_URL: stack.databaseUrl,
    KAFKA_TOPIC_PREFIX: `together-${randomBytes(3).toString('hex')}.`,
  }
  const setups = await Promise.all([1, 2, 3].map(() => stack.start(['setup'], env)))
  const codes = await Promise.all(setups.map(async ({ exited }) => (await exited).code))
  assert.deepEqual(codes, [0, 0, 0], setups.map(({ lines }) => lines.join('\n')).join('\n\n'))
})

test('setup fails if the role of the worker exists with another password', async () => {
  const workerUrl = changed(stack.auditLogUrl, (url) => {
    url.password = 'another'
  })
  await assert.rejects(migrateDatabase(stack.databaseUrl, workerUrl, logger), {
    name: 'UsageError',
    message: /^AUDIT_LOG_DATABASE_URL: PostgreSQL refuses the connection: .*never changes the password/,
  })
})

test('setup fails if the URL of the worker names another database', async () => {
  const workerUrl = changed(stack.auditLogUrl, (url) => {
    url.pathname = '/postgres'
  })
  await assert.rejects(migrateDatabase(stack.databaseUrl, workerUrl, logger), {
    name: 'UsageError',
    message: /^AUDIT_LOG_DATABASE_URL names another database than DATABASE_URL/,
  })
})

test('setup fails if a newer version has migrated the database', async () => {
  const insert = "insert into gitlab_bridge.migrations (name, sha256) values ('9999-newer.sql', 'x')"
  await run(stack.databaseUrl, insert)
  try {
    await assert.rejects(migrateDatabase(stack.databaseUrl, stack.auditLogUrl, logger), {
      name: 'UsageError',
      message: /^A newer version of the bridge has migrated this database: .*9999-newer\.sql/,
    })
  } finally {
    await run(stack.databaseUrl, "delete from gitlab_bridge.migrations where name = '9999-newer.sql'")
  }
})

test('a setup role that may not create roles gets the statement to run by hand', async () => {
  const owner = uniqueName('owner')
  await run(stack.databaseUrl, `create role ${owner} login password 'owner'`)
  await run(stack.databaseUrl, `grant create on database gitlab_bridge to ${owner}`)
  await run(stack.databaseUrl, `grant usage, create on schema gitlab_bridge to ${owner}`)
  await run(stack.databaseUrl, `grant select on gitlab_bridge.migrations to ${owner}`)
  const ownerUrl = changed(stack.databaseUrl, (url) => {
    ;[url.username, url.password] = [owner, 'owner']
  })
  const role = uniqueName('worker')
  const workerUrl = changed(ownerUrl, (url) => {
    ;[url.username, url.password] = [role, 'hidden']
  })
  await assert.rejects(migrateDatabase(ownerUrl, workerUrl, logger), (error: Error) => {
    assert.equal(error.name, 'UsageError')
    assert.match(error.message, new RegExp(`CREATE ROLE "${role}" LOGIN PASSWORD`))
    assert.doesNotMatch(error.message, /hidden/)
    return true
  })
})

test('a wrong password in DATABASE_URL is told at once, by variable', async () => {
  const ownerUrl = changed(stack.databaseUrl, (url) => {
    url.password = 'wrong'
  })
  await assert.rejects(migrateDatabase(ownerUrl, stack.auditLogUrl, logger), {
    name: 'UsageError',
    message: /^DATABASE_URL: PostgreSQL refuses the connection: /,
  })
})
