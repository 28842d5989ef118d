// What the audit log does while its database is not well. It has a database of its own.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import pg from 'pg'
import { eventually } from '../helpers/process/eventually.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { countOn } from '../helpers/records/records.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('audit-log-database')
const servers = await startServers(['postgres'])
after(() => servers.remove())

const prefix = `audit-log-database-${randomBytes(3).toString('hex')}.`
const role = new URL(servers.databaseUrl)
role.username = 'audit_log'
role.password = 'audit-log-password'
const env = {
  KAFKA_TOPIC_PREFIX: prefix,
  DATABASE_URL: servers.databaseUrl,
  AUDIT_LOG_DATABASE_URL: role.href,
  BRIDGE_DATA_DIR: await stack.temporaryFolder(),
}
await stack.setUp(env)
const { hookUrl } = await stack.startIngress(env)
let worker = await stack.startReady(['consumer', 'audit-log'], env)

const query = async (text: string, values: unknown[] = []): Promise<pg.QueryResult> => {
  const client = new pg.Client({ connectionString: servers.databaseUrl })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}
const send = (id: string) => post(hookUrl, sample('push'), { 'idempotency-key': id })
const untilStored = (id: string) =>
  eventually(async () =>
    assert.equal((await query('select from audit_log.events where delivery_id = $1', [id])).rowCount, 1),
  )
const untilLogged = (text: string) =>
  eventually(() => assert.ok(worker.lines.some((line) => line.includes(text))))
const countOfDeadLetters = () => countOn(stack, `${prefix}gitlab-bridge.dead-letter.audit-log`)
const readiness = async () => {
  const answer = await fetch(worker.metricsUrl.replace('/metrics', '/readyz'))
  return ((await answer.json()) as { status: string }).status
}
const isWaiting = async () =>
  /^gitlab_bridge_consumer_circuit_state\{state="open"\} 1$/m.test(
    await (await fetch(worker.metricsUrl)).text(),
  )

test('while the database is down the worker waits and dead-letters nothing; then it goes on', async () => {
  await servers.server('postgres').stop(5000)
  await send('outage')
  await eventually(async () => assert.ok(await isWaiting()))
  await untilLogged('"error":"the database did not run a query: ')
  assert.equal(await countOfDeadLetters(), 0)

  await servers.startAgain('postgres')
  await untilStored('outage')
  assert.equal(await countOfDeadLetters(), 0)
  await eventually(async () => assert.ok(!(await isWaiting())))
})

test('while the table lacks a month the worker waits, and creates the month again where it can', async () => {
  await send('before')
  await untilStored('before')
  const { rows } = await query("select tablename from pg_tables where tablename like 'events_%'")
  const [{ tablename: month }] = rows as [{ tablename: string }]

  // A month that exists but does not belong to the table can only be mended by an operator.
  await query(`alter table audit_log.events detach partition audit_log.${month}`)
  await send('detached')
  await untilLogged('no partition of relation')
  await eventually(async () => assert.ok(await isWaiting()))
  await query(`drop table audit_log.${month}`)
  await untilStored('detached')
  assert.equal(await countOfDeadLetters(), 0)
})

test('while the database is read-only, as after a failover, the worker waits', async () => {
  await query('alter role audit_log set default_transaction_read_only = on')
  // Only new connections read the setting.
  await servers.server('postgres').stop(5000)
  await servers.startAgain('postgres')
  await send('read-only')
  await untilLogged('read-only transaction')
  await query('alter role audit_log reset default_transaction_read_only')
  await untilStored('read-only')
  assert.equal(await countOfDeadLetters(), 0)
})

/** Brings the database into the state of an earlier time, as the restore of a backup does. */
const restoreTo = async (size: number) => {
  for (const table of ['events', 'leaves'])
    await query(`alter table audit_log.${table} disable trigger append_only`)
  await query('delete from audit_log.events where leaf_index >= $1', [size])
  await query('delete from audit_log.leaves where index >= $1', [size])
  for (const table of ['events', 'leaves'])
    await query(`alter table audit_log.${table} enable trigger append_only`)
  await query('delete from audit_log.tiles')
  await query("update audit_log.head set size = 0, roots = '{}'")
  await query('select audit_log.add_leaves(array_agg(hash order by index)) from audit_log.leaves')
  await query('delete from audit_log.positions')
  await query(
    `insert into audit_log.positions
     select topic_id, topic, kafka_partition, max(kafka_offset) + 1 from audit_log.leaves group by 1, 2, 3`,
  )
}

test('a database that was restored from a backup is filled up from Kafka', async () => {
  const { rows: before } = await query('select count(*)::int as size from audit_log.leaves')
  const ids = ['late-1', 'late-2', 'late-3']
  for (const id of ids) await send(id)
  for (const id of ids) await untilStored(id)
  await worker.stop(10_000)
  await restoreTo(before[0].size)
  assert.equal((await query("select from audit_log.events where delivery_id like 'late-%'")).rowCount, 0)
  worker = await stack.startReady(['consumer', 'audit-log'], env)
  for (const id of ids) await untilStored(id)
  await untilLogged('the store of the worker is behind its group')
  // The rows are there again, but nothing proves that they are those of the checkpoint.
  await eventually(async () => assert.match(await readiness(), /^degraded: audit log forked: /))
  const { rows: after } = await query('select count(*)::int as size from audit_log.leaves')
  assert.equal(after[0].size, before[0].size + ids.length)
})

test('a database that is empty is filled from the oldest record that Kafka has', async () => {
  await worker.stop(10_000)
  await query('drop schema audit_log cascade')
  await query("delete from gitlab_bridge.migrations where name like 'audit-log/%'")
  await stack.setUp(env)
  worker = await stack.startReady(['consumer', 'audit-log'], env)
  const sent = ['outage', 'before', 'detached', 'read-only', 'late-1', 'late-2', 'late-3']
  await eventually(async () => {
    const { rows } = await query('select delivery_id from audit_log.events order by leaf_index')
    assert.deepEqual(
      rows.map(({ delivery_id }) => delivery_id),
      sent,
    )
  })
})
