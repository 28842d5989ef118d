// Two audit workers and their database are killed in mid-write, again and again: one log, no fork, nothing
// lost or doubled. `npm run test:soak` does it 100 times.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { createFileAnchor } from '../../consumers/audit-log/anchors/file-anchor.ts'
import { verifyAuditLog } from '../../consumers/audit-log/verify/verify.ts'
import { createReadPool } from '../../lib/database.ts'
import { migrateAuditLog } from '../helpers/audit/migrate-audit-log.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { publishPushes } from '../helpers/records/publish-pushes.ts'
import { startServers } from '../helpers/servers/servers.ts'
import { openStack } from '../helpers/servers/stack.ts'

const rounds = process.env.BRIDGE_TEST_SOAK === '1' ? 100 : 5
const perRound = 400

// The database is killed, so it belongs to this file alone.
const servers = await startServers(['postgres'])
after(() => servers.remove())
const stack = await openStack('audit-kill')
const role = new URL(servers.databaseUrl)
role.username = 'audit_log'
role.password = 'audit-log-password'
await migrateAuditLog(servers.databaseUrl, role.href)
await stack.setUp({ DATABASE_URL: '', AUDIT_LOG_DATABASE_URL: '' })
const dataDir = await stack.temporaryFolder()

/** Both workers are on one machine: they share the signing key and the newest checkpoint. */
const startWorker = () =>
  stack.startReady(['consumer', 'audit-log'], {
    AUDIT_LOG_DATABASE_URL: role.href,
    BRIDGE_DATA_DIR: dataDir,
    CONSUMER_SESSION_SECONDS: '6',
  })

/** Each question has a connection of its own, because the server ends all others. */
const ask = async (sql: string): Promise<Record<string, string>[]> => {
  const client = new pg.Client({ connectionString: servers.databaseUrl })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

const sizeNow = async () => Number((await ask('select size from audit_log.head'))[0]?.size)

/** Reads the newest checkpoint and verifies the log against it, also while the workers write. */
const verified = async () => {
  const anchor = await createFileAnchor(join(dataDir, 'audit-log', 'checkpoint')).newest()
  assert.ok(anchor)
  const pool = createReadPool(servers.databaseUrl, 'test', 4)
  const { faults, anchor: verdict, isHeadSound, accounting, size } = await verifyAuditLog(pool, anchor, 2)
  await pool.end()
  assert.deepEqual(
    { faults, verdict, isHeadSound, gaps: accounting?.gaps },
    { faults: [], verdict: { kind: 'extends' }, isHeadSound: true, gaps: [] },
  )
  return { size, anchored: anchor.size }
}

test(`after ${rounds} kills the log is one, and has every record once`, async (t) => {
  const workers = [await startWorker(), await startWorker()]
  const ids: string[] = []
  for (let round = 0; round < rounds; round++) {
    const before = await sizeNow()
    const published = publishPushes(stack, perRound, { prefix: `r${round}`, projects: 50 })
    await eventually(async () => assert.ok((await sizeNow()) > before), 60_000)
    const victim = round % 2
    workers[victim]?.kill('SIGKILL')
    servers.server('postgres').kill('SIGKILL')
    await servers.server('postgres').exited
    await servers.startAgain('postgres')
    workers[victim] = await startWorker()
    ids.push(...(await published))
    // A long run says how far it came.
    if (round % 10 === 9) t.diagnostic(`${round + 1} kills: ${(await verified()).size} leaves are sound`)
  }

  const topic = stack.names.topic('push')
  await eventually(async () => {
    const positions = await ask(
      `select kafka_partition, next_offset from audit_log.positions where topic = '${topic}'`,
    )
    const total = positions.reduce((sum, { next_offset }) => sum + Number(next_offset), 0)
    assert.equal(total, ids.length)
  }, 120_000)
  const rows = await ask('select delivery_id from audit_log.events')
  assert.deepEqual(rows.map(({ delivery_id }) => delivery_id).sort(), ids.toSorted())
  assert.deepEqual(await ask('select * from audit_log.repeats'), [])
  await Promise.all(workers.map((worker) => worker.stop(15_000)))
  assert.deepEqual(await verified(), { size: ids.length, anchored: ids.length })
})
