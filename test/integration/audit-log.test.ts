import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { verify } from '../../cli/audit/verify.ts'
import { startKafkaProxy } from '../helpers/faults/kafka-proxy.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('audit-log')
await stack.setUp()
const { hookUrl } = await stack.startIngress()
let worker = await stack.startReady(['consumer', 'audit-log'])

const rowsOf = async (deliveryId: string): Promise<Record<string, unknown>[]> =>
  (
    await query(
      stack.databaseUrl,
      'select * from audit_log.events where delivery_id = $1 order by received_at',
      [deliveryId],
    )
  ).rows

const query = async (url: string, text: string, values: unknown[] = []): Promise<pg.QueryResult> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}

/** An id that no other run on the same database has used. */
const unique = (name: string) => `${name}-${randomBytes(6).toString('hex')}`

/** How many records the worker is done with, none of them put aside. */
const handled = async (): Promise<number> => {
  const metrics = await (await fetch(worker.metricsUrl)).text()
  const counts = [...metrics.matchAll(/consumer_handled_total\{[^}]*outcome="processed"\} (\d+)/g)].map(
    ([, count]) => Number(count),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

const firstId = unique('first')

test('an event becomes one row, with its body byte for byte', async () => {
  await post(hookUrl, sample('merge_request'), {
    'idempotency-key': firstId,
    'x-gitlab-event': 'Merge Request Hook',
  })
  const [row, ...others] = await eventually(async () => {
    const rows = await rowsOf(firstId)
    assert.ok(rows.length > 0)
    return rows
  })
  const [record] = await recordsOf(stack, 'merge_request')
  const { topic, kafka_partition, kafka_offset, topic_id, leaf_index, summary } = row ?? {}
  assert.deepEqual(
    { topic, kafka_partition, kafka_offset: Number(kafka_offset) },
    {
      topic: stack.names.topic('merge_request'),
      kafka_partition: record?.partition,
      kafka_offset: record?.offset,
    },
  )
  assert.match(String(topic_id), /^[\da-f]{8}-[\da-f-]{27}$/)
  assert.match(String(leaf_index), /^\d+$/)
  assert.match(String(summary), /^\w+ \w+ \(\w+\) opened the merge request !73 /)
  const hook = JSON.parse(sample('merge_request').toString())
  assert.deepEqual(others, [])
  assert.deepEqual(row?.raw, sample('merge_request'))
  assert.deepEqual(row?.received_at, new Date(record?.timestamp ?? 0))
  const { event_type, project_id, project_path, user_username, instance, body_sha256, fact_id } = row ?? {}
  assert.deepEqual(
    { event_type, project_id, project_path, user_username, instance, body_sha256, fact_id },
    {
      event_type: 'merge_request',
      project_id: String(hook.project.id),
      project_path: hook.project.path_with_namespace,
      user_username: hook.user.username,
      instance: 'https://git.nordlicht.example',
      body_sha256: record?.value.delivery.body_sha256,
      fact_id: record?.value.delivery.fact_id,
    },
  )
})

test('a body that is neither JSON nor UTF-8 becomes a row, too', async () => {
  const id = unique('bytes')
  const body = Buffer.concat([Buffer.from([0, 0xff, 0xfe]), randomBytes(500)])
  await post(hookUrl, body, { 'idempotency-key': id })
  await eventually(async () =>
    assert.deepEqual(
      (await rowsOf(id)).map(({ event_type, raw }) => ({ event_type, raw })),
      [{ event_type: 'quarantine', raw: body }],
    ),
  )
})

test('a record that is delivered again adds no row, but a hook that GitLab sends again does', async () => {
  const id = unique('again')
  await post(hookUrl, sample('push'), { 'idempotency-key': id })
  await eventually(async () => assert.equal((await rowsOf(id)).length, 1))
  await worker.stop(10_000)
  await stack.rewind('audit-log')
  worker = await stack.startReady(['consumer', 'audit-log'])
  await eventually(async () => assert.equal(await handled(), 3))
  assert.equal((await rowsOf(id)).length, 1)
  assert.equal((await rowsOf(firstId)).length, 1)

  await post(hookUrl, sample('push'), { 'idempotency-key': id })
  await eventually(async () => assert.equal((await rowsOf(id)).length, 2))
})

test('the worker anchors its rows in a file, and `bridge audit verify` finds them sound', async () => {
  const checkpoint = join(String(stack.env.BRIDGE_DATA_DIR), 'audit-log', 'checkpoint')
  const { rows } = await query(stack.databaseUrl, 'select size from audit_log.head')
  await worker.stop(10_000)
  assert.ok(Number(readFileSync(checkpoint, 'utf8').split('\n')[1]) >= Number(rows[0].size))
  const lines: string[] = []
  const env = { ...stack.env, DATABASE_URL: stack.databaseUrl }
  assert.equal(await verify({ jobs: 1 }, env, (line) => lines.push(line)), 0, lines.join('\n'))
  assert.match(lines.at(-1) ?? '', /^anchor on this machine: proves nothing against whoever controls it/)
  worker = await stack.startReady(['consumer', 'audit-log'])
})

test('the time between two processes of an ingress is an interval of the log', async () => {
  const spool = await stack.temporaryFolder()
  const start = () => stack.startReady(['ingress'], { INGRESS_SPOOL_DIR: spool, INGRESS_DRAIN_SECONDS: '0' })
  await (await start()).stop(15_000)
  const second = await start()
  const { ingress, at } = JSON.parse(readFileSync(join(spool, 'heartbeat.json'), 'utf8'))
  const [row] = await eventually(async () => {
    const { rows } = await query(
      stack.databaseUrl,
      'select kind, began_at, ended_at, refused from audit_log.intervals where ingress = $1',
      [ingress],
    )
    assert.equal(rows.length, 1)
    return rows
  })
  assert.deepEqual([row.kind, row.refused], ['down', null])
  assert.ok(row.began_at < row.ended_at && row.ended_at.getTime() <= at)
  await second.stop(15_000)
})

test('a time in which a full spool refused hooks is an interval of the log, and counted', async (t) => {
  const spool = await stack.temporaryFolder()
  const proxy = await startKafkaProxy(stack.kafkaBrokers)
  t.after(() => proxy.close())
  const ingress = await stack.startIngress({
    ...{ KAFKA_BROKERS: proxy.address, INGRESS_SPOOL_DIR: spool, INGRESS_SPOOL_MAX_BYTES: '300000' },
    INGRESS_DRAIN_SECONDS: '0',
  })
  const send = async () => (await post(ingress.hookUrl, randomBytes(50_000))).status
  await proxy.refuse()
  const startedAt = Date.now()
  const statuses = [await eventually(async () => assert.equal(await send(), 202)).then(() => 202)]
  while (statuses.filter((status) => status === 503).length < 3 && statuses.length < 30)
    statuses.push(await send())
  const refused = statuses.filter((status) => status === 503).length
  assert.ok(refused >= 3, statuses.join(' '))
  await proxy.accept()
  await eventually(async () => assert.equal(await send(), 200), 60_000)
  const acceptedAt = Date.now()

  const id = JSON.parse(readFileSync(join(spool, 'heartbeat.json'), 'utf8')).ingress
  // A spool without room for a hook may have room for an interval: then the next one begins.
  const intervals = await eventually(async () => {
    const { rows } = await query(
      stack.databaseUrl,
      `select kind, began_at, ended_at, refused, topic from audit_log.intervals
        where ingress = $1 order by began_at`,
      [id],
    )
    assert.equal(
      rows.reduce((sum, row) => sum + Number(row.refused), 0),
      refused,
    )
    return rows
  }, 60_000)
  for (const { kind, topic, began_at, ended_at } of intervals) {
    assert.deepEqual([kind, topic], ['refusing', stack.names.topic('interval')])
    assert.ok(began_at < ended_at, JSON.stringify(intervals))
  }
  const [first] = intervals
  assert.ok(startedAt <= first.began_at.getTime() && first.began_at.getTime() <= acceptedAt)
  await ingress.stop(15_000)
})

test('changes and deletions of rows are refused to the role of the worker and to the owner', async () => {
  const { rows } = await query(
    stack.databaseUrl,
    "select tablename from pg_tables where schemaname = 'audit_log' and tablename like 'events_%'",
  )
  const tables = ['events', ...rows.map(({ tablename }) => String(tablename))]
  assert.ok(tables.length > 1, 'there is a partition')
  for (const url of [stack.databaseUrl, stack.auditLogUrl]) {
    for (const table of tables) {
      for (const statement of [
        "update audit_log.% set user_name = 'x'",
        'delete from audit_log.%',
        'truncate audit_log.%',
      ]) {
        await assert.rejects(
          query(url, statement.replace('%', table)),
          { code: '42501' },
          `${statement} ${table}`,
        )
      }
    }
  }
  assert.equal((await rowsOf(firstId)).length, 1)
})

test('the owner can switch the triggers off, as the page of the worker says', async () => {
  const client = new pg.Client({ connectionString: stack.databaseUrl })
  await client.connect()
  await client.query('begin')
  await client.query('alter table audit_log.events disable trigger append_only')
  const { rowCount } = await client.query('delete from audit_log.events where delivery_id = $1', [firstId])
  await client.query('rollback')
  await client.end()
  assert.equal(rowCount, 1)
  assert.equal((await rowsOf(firstId)).length, 1)
})

test('the role of the worker cannot create, alter or drop anything', async () => {
  for (const statement of [
    'create table audit_log.mine (a int)',
    'create table public.mine (a int)',
    'create schema mine',
    'create role mine',
    'alter table audit_log.events add column mine int',
    'alter table audit_log.events disable trigger append_only',
    'drop table audit_log.events',
    'drop trigger append_only on audit_log.events',
    'create or replace function audit_log.refuse_change() returns trigger ' +
      'language plpgsql as $$ begin return old; end $$',
    "set session_replication_role = 'replica'",
    'grant delete on audit_log.events to audit_log',
  ]) {
    await query(stack.auditLogUrl, statement).then(
      // PostgreSQL only warns that nothing was granted.
      ({ command }) => assert.equal(command, 'GRANT', `allowed: ${statement}`),
      (error: { code?: string }) => assert.equal(error.code, '42501', `${statement}: ${error}`),
    )
  }
  await assert.rejects(query(stack.auditLogUrl, 'delete from audit_log.events'), { code: '42501' })
})

test('several connections can ask for the partition of the same month at the same time', async () => {
  for (const month of Array.from({ length: 12 }, (_, index) => new Date(Date.UTC(2090, index)))) {
    await Promise.all(
      Array.from({ length: 4 }, () => query(stack.databaseUrl, 'select audit_log.ensure_month($1)', [month])),
    )
  }
  const { rowCount } = await query(
    stack.databaseUrl,
    "select from pg_tables where schemaname = 'audit_log' and tablename like 'events_2090_%'",
  )
  assert.equal(rowCount, 12)
})
