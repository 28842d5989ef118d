import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { migrateDatabase } from '../../cli/setup/database/migrate-database.ts'
import { auditLog } from '../../consumers/audit-log/audit-log.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { readVariables } from '../../lib/config.ts'
import { wireSchema } from '../../schemas/load.ts'
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

test('setup completes a registration that ended before the compatibility was set', async () => {
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const ask = async (path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' }
    const request = body && { method: 'POST', headers, body: JSON.stringify(body) }
    return (await fetch(`${stack.schemaRegistryUrl}${path}`, request)).json() as Promise<
      Record<string, unknown>
    >
  }
  const [half, other] = [`${stack.prefix}half-value`, `${stack.prefix}other-value`]
  const schema = wireSchema('push')
  const { id } = await ask(`/subjects/${half}/versions`, { schema })
  assert.equal((await ask(`/config/${half}`)).compatibilityLevel, 'NONE')
  assert.equal(await registry.register(half, schema), id)
  assert.equal((await ask(`/config/${half}`)).compatibilityLevel, 'FULL_TRANSITIVE')

  await ask(`/subjects/${other}/versions`, { schema: '"string"' })
  await assert.rejects(registry.register(other, schema), {
    name: 'PermanentError',
    message: /FULL_TRANSITIVE != NONE/,
  })
  assert.equal((await ask(`/config/${other}`)).compatibilityLevel, 'NONE')
})

const changed = (url: string, change: (url: URL) => void) => {
  const copy = new URL(url)
  change(copy)
  return copy.href
}

/** Sets up the database for the audit log, with this URL of its role. */
const migrate = (ownerUrl: string, url: string, database = auditLog.database) => {
  assert.ok(database)
  const user = { worker: 'audit-log', database, variable: 'AUDIT_LOG_DATABASE_URL', url }
  return migrateDatabase(ownerUrl, [user], logger)
}

const withLogin = (url: string, username: string, password: string) =>
  changed(url, (each) => {
    each.username = username
    each.password = password
  })

const uniqueName = (start: string) => `${start}_${randomBytes(3).toString('hex')}`

/** The URL of a role that may migrate the database, but may not create roles. */
const otherOwner = async (): Promise<string> => {
  const owner = uniqueName('owner')
  await run(stack.databaseUrl, `create role ${owner} login password 'owner'`)
  await run(stack.databaseUrl, `grant create on database gitlab_bridge to ${owner}`)
  await run(stack.databaseUrl, `grant usage, create on schema gitlab_bridge to ${owner}`)
  await run(stack.databaseUrl, `grant select on gitlab_bridge.migrations to ${owner}`)
  return withLogin(stack.databaseUrl, owner, 'owner')
}

test('three setups that run at the same time on a fresh prefix all succeed', async () => {
  const env = {
    DATABASE_URL: stack.databaseUrl,
    KAFKA_TOPIC_PREFIX: `together-${randomBytes(3).toString('hex')}.`,
  }
  const setups = await Promise.all([1, 2, 3].map(() => stack.start(['setup'], env)))
  const codes = await Promise.all(setups.map(async ({ exited }) => (await exited).code))
  assert.deepEqual(codes, [0, 0, 0], setups.map(({ lines }) => lines.join('\n')).join('\n\n'))
})

test('setup gives a role the password that its URL says, when the URL has a new one', async () => {
  const role = uniqueName('worker')
  const first = withLogin(stack.databaseUrl, role, 'first')
  const second = withLogin(stack.databaseUrl, role, "sec'ond")
  await migrate(stack.databaseUrl, first)
  await run(first, 'select from audit_log.head')
  const { logger: recording, lines } = recordingLogger()
  assert.ok(auditLog.database)
  const user = { worker: 'audit-log', database: auditLog.database, variable: 'AUDIT_LOG_DATABASE_URL' }
  await migrateDatabase(stack.databaseUrl, [{ ...user, url: second }], recording)
  await run(second, 'select from audit_log.head')
  await assert.rejects(run(first, 'select 1'), /password authentication failed/)
  const said = lines.filter(({ message }) => message.includes('password'))
  assert.deepEqual(
    said.map(({ fields }) => fields),
    [{ role, variable: 'AUDIT_LOG_DATABASE_URL' }],
  )
  assert.doesNotMatch(JSON.stringify(lines), /sec'ond/)
})

test('a password that the role of DATABASE_URL may not change is told with the statement', async () => {
  const role = uniqueName('worker')
  await run(stack.databaseUrl, `create role ${role} login password 'first'`)
  const ownerUrl = await otherOwner()
  await assert.rejects(migrate(ownerUrl, withLogin(ownerUrl, role, 'hidden')), (error: Error) => {
    assert.equal(error.name, 'UsageError')
    assert.match(
      error.message,
      new RegExp(`ALTER ROLE "${role}" LOGIN PASSWORD '<the password in AUDIT_LOG_`),
    )
    assert.doesNotMatch(error.message, /hidden/)
    return true
  })
})

test('setup does not change the password of a role that may do more than a worker needs', async () => {
  const role = uniqueName('administrator')
  await run(stack.databaseUrl, `create role ${role} login createrole password 'first'`)
  await assert.rejects(migrate(stack.databaseUrl, withLogin(stack.databaseUrl, role, 'mistaken')), {
    name: 'UsageError',
    message: /does not change the password of a role that may do more than a worker needs/,
  })
  await run(withLogin(stack.databaseUrl, role, 'first'), 'select 1')
})

test('setup fails if the URL of the worker names another database', async () => {
  const workerUrl = changed(stack.auditLogUrl, (url) => {
    url.pathname = '/postgres'
  })
  await assert.rejects(migrate(stack.databaseUrl, workerUrl), {
    name: 'UsageError',
    message: /^AUDIT_LOG_DATABASE_URL names another database than DATABASE_URL/,
  })
})

test('setup fails if a newer version has migrated the database', async () => {
  const name = 'audit-log/9999-newer.sql'
  const insert = `insert into gitlab_bridge.migrations (name, sha256) values ('${name}', 'x')`
  await run(stack.databaseUrl, insert)
  try {
    await assert.rejects(migrate(stack.databaseUrl, stack.auditLogUrl), {
      name: 'UsageError',
      message: /^A newer version of the bridge has migrated this database: .*audit-log\/9999-newer\.sql/,
    })
  } finally {
    await run(stack.databaseUrl, `delete from gitlab_bridge.migrations where name = '${name}'`)
  }
})

test('a setup role that may not create roles gets the statement to run by hand', async () => {
  const ownerUrl = await otherOwner()
  const role = uniqueName('worker')
  const workerUrl = withLogin(ownerUrl, role, 'hidden')
  await assert.rejects(migrate(ownerUrl, workerUrl), (error: Error) => {
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
  await assert.rejects(migrate(ownerUrl, stack.auditLogUrl), {
    name: 'UsageError',
    message: /^DATABASE_URL: PostgreSQL refuses the connection: /,
  })
})
