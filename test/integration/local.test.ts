import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { processStart } from '../../lib/process-table.ts'
import { cacheFolder } from '../../local/artifacts.ts'
import { type ServerName, serverNames } from '../../local/servers.ts'
import { type LocalStack, startLocalStack } from '../../local/stack.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { freeze } from '../helpers/process/freeze.ts'

const cacheDir = cacheFolder(env)
let folder: string
let stack: LocalStack

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bridge local '))
  await chmod(folder, 0o755)
  stack = await startLocalStack({ dataDir: join(folder, 'data'), cacheDir, env })
})
after(async () => {
  await stack.stop()
  await rm(folder, { recursive: true, force: true })
})

const withAdmin = async <T>(work: (admin: Admin, kafka: Kafka) => Promise<T>): Promise<T> => {
  const kafka = new Kafka({
    brokers: [stack.kafkaBrokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 1 },
  })
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin, kafka)
  } finally {
    await admin.disconnect()
  }
}

const withDatabase = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: stack.databaseUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const killAndStartAgain = async (name: ServerName): Promise<void> => {
  const { url, pid } = stack.server(name)
  stack.server(name).kill('SIGKILL')
  await stack.server(name).exited
  const again = await stack.startAgain(name)
  assert.equal(again.url, url)
  assert.notEqual(again.pid, pid)
}

const register = async (subject: string, schema: object): Promise<number> => {
  const response = await fetch(`${stack.schemaRegistryUrl}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  })
  const { id } = (await response.json()) as { id: number }
  return id
}

test('a broker killed with -9 comes back on the same port with its topics and records', async () => {
  await withAdmin(async (admin, kafka) => {
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 2 }] })
    // A topic that has just been created may have no leader yet.
    const producer = kafka.producer({ retry: { retries: 20 } })
    await producer.connect()
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'record', partition: 0 }] })
    await producer.disconnect()
  })
  await killAndStartAgain('kafka')
  // A broker that has just started says for a moment that it does not lead the partition yet.
  const offsets = await eventually(() => withAdmin((admin) => admin.fetchTopicOffsets('kept')))
  assert.deepEqual(offsets.map(({ partition, high }) => [partition, high]).sort(), [
    [0, '1'],
    [1, '0'],
  ])
})

test('a topic that nobody has created is not created by a write', async () => {
  await withAdmin(async (admin) => {
    await assert.rejects(admin.fetchTopicOffsets('never-created'))
    assert.ok(!(await admin.listTopics()).includes('never-created'))
  })
})

test('a registry killed after a registration keeps the schema and its id for it alone', async () => {
  const schema = { type: 'record', name: 'Kept', fields: [{ name: 'id', type: 'long' }] }
  const id = await register('kept-value', schema)
  await killAndStartAgain('registry')
  assert.equal(await register('kept-value', schema), id)
  assert.notEqual(await register('other-value', { ...schema, name: 'Other' }), id)
})

test('a database killed with -9 keeps every acknowledged row', async () => {
  await withDatabase((client) => client.query("create table kept as select 'row' as value"))
  await killAndStartAgain('postgres')
  const { rows } = await withDatabase((client) => client.query('select value from kept'))
  assert.deepEqual(rows, [{ value: 'row' }])
})

test('the owner of the database is no superuser, needs a password, and can create roles', async () => {
  await withDatabase(async (client) => {
    const { rows } = await client.query(
      'select rolsuper, rolcreaterole from pg_roles where rolname = current_user',
    )
    assert.deepEqual(rows, [{ rolsuper: false, rolcreaterole: true }])
    await client.query('create role narrow login')
    await client.query('grant usage on schema public to narrow')
  })
  const stranger = new Client({ connectionString: stack.databaseUrl.replace(/:[^:@]+@/, ':wrong@') })
  await assert.rejects(stranger.connect(), /password authentication failed/)
})

test('a frozen broker does not answer, and goes on where it was when it is thawed', async () => {
  const { kill } = stack.server('kafka')
  await freeze(stack.server('kafka'))
  const kafka = new Kafka({
    brokers: [stack.kafkaBrokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 300,
    requestTimeout: 300,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  await assert.rejects(admin.connect())
  kill('SIGCONT')
  assert.ok((await withAdmin((thawed) => thawed.listTopics())).includes('kept'))
})

test('a second stack on the same data folder is refused', async () => {
  await assert.rejects(
    startLocalStack({ dataDir: join(folder, 'data'), cacheDir, env }),
    /^UsageError: Another "bridge local" \(process \d+\)/,
  )
})

test('a killed parent leaves no process behind, and the next start with its data works', async () => {
  const dataDir = join(folder, 'orphaned')
  const options = JSON.stringify({ dataDir, cacheDir })
  const script = `
    import { startLocalStack } from ${JSON.stringify(new URL('../../local/stack.ts', import.meta.url).href)}
    const stack = await startLocalStack({ ...${options}, env: process.env })
    console.log(JSON.stringify(${JSON.stringify(serverNames)}.map((name) => stack.server(name).pid)))`
  const parent = spawn(execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
  parent.kill('SIGKILL')
  await once(parent, 'exit')

  const next = await startLocalStack({ dataDir, cacheDir, env })
  const pids = JSON.parse(line) as number[]
  for (const pid of pids) while (processStart(pid) !== undefined) await pause(20)
  assert.equal(pids.length, 3)
  await next.stop()
  await assert.rejects(stat(join(dataDir, 'lock')))
})
