// What audit_log.append stores: rows, leaves, tiles and positions. PostgreSQL has the tree, without Kafka.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { checkpointText } from '../../consumers/audit-log/note/checkpoint.ts'
import { signNote } from '../../consumers/audit-log/note/signed-note.ts'
import { generateSignerKey, readSignerKey } from '../../consumers/audit-log/note/signer-key.ts'
import { readHead } from '../../consumers/audit-log/store/read-head.ts'
import { createTileReader } from '../../consumers/audit-log/store/tile-reader.ts'
import { appendLeaf, emptyRange, rootOf } from '../../consumers/audit-log/tree/compact-range.ts'
import { createPool, createReadPool } from '../../lib/database.ts'
import { readPositions } from '../../lib/database-positions.ts'
import { quietLogger } from '../../lib/logger.ts'
import { intervalRow, pushRow } from '../helpers/audit/audit-rows.ts'
import { migrateAuditLog } from '../helpers/audit/migrate-audit-log.ts'
import { migrateOnlyTo } from '../helpers/audit/migrate-only-to.ts'
import { recomputeLeaves } from '../helpers/audit/stored-leaves.ts'
import { writeLog } from '../helpers/audit/write-log.ts'
import { buildGoVerifier, verifyWithGo } from '../helpers/process/go.ts'
import { startServers } from '../helpers/servers/servers.ts'

const servers = await startServers(['postgres'])
const role = new URL(servers.databaseUrl)
role.username = 'audit_log'
role.password = 'audit-log-password'

const owner = createReadPool(servers.databaseUrl, 'test', 4)
// The end of a pool does not wait for its connections, and a server that stops ends them with an error.
owner.on('connect', (client) => client.on('error', () => undefined))
owner.on('error', () => undefined)
const olderRows = 3
await migrateOnlyTo(owner, '0002-one-month-once.sql')
await owner.query(`select audit_log.ensure_month(now())`)
await owner.query(
  `insert into audit_log.events (received_at, delivery_id, event_type, source, fact_id, fact_basis,
     project_id, user_username, body_sha256, raw)
   select date_trunc('milliseconds', now()) - i * interval '1 ms', 'older-' || i, 'push', 'default', 'fact',
     'exact', 15, case when i = 2 then null else 'jürgen' end, 'digest',
     convert_to('{"i":' || i || '}', 'UTF8')
   from generate_series(1, ${olderRows}) as i`,
)
await migrateAuditLog(servers.databaseUrl, role.href)
const worker = createPool(role.href, 'test', quietLogger())
after(async () => {
  await Promise.all([owner.end(), worker.end()])
  await servers.remove()
})

const verifier = join(tmpdir(), `bridge-go-verify-${process.pid}`)
// Built before the first test: the runner ends a file when all tests that it knows of have ended.
const noGo = await buildGoVerifier(verifier)

const sizeNow = async () => (await readHead(worker)).range.size

/** Everything that is stored agrees: values, leaf hashes, tiles and the head. */
const assertSound = async () => {
  const recomputed = await recomputeLeaves(owner)
  const { rows } = await owner.query('select index, hash from audit_log.leaves order by index')
  assert.deepEqual(
    rows.map(({ index }) => Number(index)),
    recomputed.map((_, index) => index),
  )
  for (const [index, { hash }] of rows.entries()) assert.ok(hash.equals(recomputed[index]), `leaf ${index}`)
  const range = emptyRange()
  const nodes = new Map<string, Buffer>()
  for (const hash of recomputed)
    appendLeaf(range, hash, (level, at, node) => nodes.set(`${level}/${at}`, node))
  const head = await readHead(worker)
  assert.deepEqual(head.range, range)
  const tiles = (await owner.query('select level, index, hashes from audit_log.tiles')).rows
  const count = tiles.reduce((sum, { hashes }) => sum + hashes.length / 32, 0)
  assert.equal(count, [...nodes.keys()].filter((name) => Number(name.split('/')[0]) % 8 === 0).length)
  for (const { level, index, hashes } of tiles)
    for (let entry = 0; entry < hashes.length / 32; entry++) {
      const node = nodes.get(`${8 * level}/${256 * Number(index) + entry}`)
      assert.ok(node?.equals(hashes.subarray(32 * entry, 32 * entry + 32)), `tile ${level}/${index}/${entry}`)
    }
}

test('rows that are older than the tree are its first leaves, sealed by the migration', async () => {
  assert.equal(await sizeNow(), olderRows)
  const { rows } = await owner.query(
    'select sealed_at is null as open, delivery_id from audit_log.events order by leaf_index',
  )
  assert.deepEqual(
    rows,
    [3, 2, 1].map((older) => ({ open: false, delivery_id: `older-${older}` })),
  )
  await assertSound()
})

test('a batch of any size becomes rows, leaves and tiles that agree', async () => {
  let offset = 0
  for (const count of [1, 2, 250, 1, 600, 5]) {
    const rows = Array.from({ length: count }, () => pushRow(offset++))
    const before = await sizeNow()
    assert.deepEqual(await appendRows(worker, rows), { size: before + count, events: count, repeats: 0 })
  }
  await assertSound()
})

test('a record read again adds nothing, a delivery elsewhere is a repeat, a resend is a row', async () => {
  const row = pushRow(5000)
  const start = await sizeNow()
  await appendRows(worker, [row, pushRow(5001)])
  assert.deepEqual(await appendRows(worker, [row]), { size: start + 2, events: 0, repeats: 0 })
  const again = { ...row, kafka_offset: 5002 }
  assert.deepEqual(await appendRows(worker, [again]), { size: start + 3, events: 0, repeats: 1 })
  assert.deepEqual(await appendRows(worker, [again]), { size: start + 3, events: 0, repeats: 0 })
  const anew = { ...row, topic_id: '00000000-0000-4000-8000-000000000000' }
  assert.deepEqual(await appendRows(worker, [anew]), { size: start + 4, events: 0, repeats: 1 })
  const resend = { ...row, kafka_offset: 5003, received_at: row.received_at + 1 }
  const twice = { ...pushRow(5004), kafka_partition: 1 }
  const batch = [resend, twice, { ...twice, kafka_offset: 5005 }]
  assert.deepEqual(await appendRows(worker, batch), { size: start + 7, events: 2, repeats: 1 })
  await assertSound()
})

test('an interval is a leaf of its own kind, and a repeat when it is published twice', async () => {
  const start = await sizeNow()
  const [row, other] = [intervalRow(0), intervalRow(1)]
  assert.deepEqual(await appendRows(worker, [row, pushRow(5050), other]), {
    size: start + 3,
    events: 1,
    repeats: 0,
  })
  assert.deepEqual(await appendRows(worker, [row]), { size: start + 3, events: 0, repeats: 0 })
  const again = { ...row, kafka_offset: 2 }
  assert.deepEqual(await appendRows(worker, [again]), { size: start + 4, events: 0, repeats: 1 })
  const { rows } = await owner.query(
    'select kind, ingress, refused, ended_at - began_at as took from audit_log.intervals order by leaf_index',
  )
  const told = { kind: 'refusing', ingress: 'an ingress', refused: '214', took: { minutes: 2, seconds: 10 } }
  assert.deepEqual(
    rows.map(({ took, ...rest }) => ({ ...rest, took: { ...took } })),
    [told, told],
  )
  await assertSound()
})

test('an older row whose record is read again is a repeat', async () => {
  const { rows } = await owner.query("select received_at from audit_log.events where delivery_id = 'older-2'")
  const row = pushRow(5100, { delivery_id: 'older-2', received_at: rows[0].received_at.getTime() })
  assert.partialDeepStrictEqual(await appendRows(worker, [row]), { events: 0, repeats: 1 })
  await assertSound()
})

test('a record that became a dead letter is accounted for, and the position moves behind it', async () => {
  const { topic_id, topic } = pushRow(0)
  const place = { topic_id, topic, kafka_partition: 7, kafka_offset: 41 }
  const origin = { topicId: String(topic_id), topic: 'gitlab.push', partition: 7 }
  assert.deepEqual(await readPositions(worker, 'audit_log', [origin]), [undefined])
  const start = await sizeNow()
  assert.deepEqual(await appendRows(worker, [place]), { size: start + 1, events: 0, repeats: 0 })
  assert.deepEqual(await appendRows(worker, [place]), { size: start + 1, events: 0, repeats: 0 })
  assert.deepEqual(await readPositions(worker, 'audit_log', [origin]), [42])
  await assertSound()
})

test('the position of a partition is the offset behind its newest record, and never goes back', async () => {
  const place = { kafka_partition: 3, topic: 'gitlab.job' }
  const origin = { topicId: String(pushRow(0).topic_id), topic: 'gitlab.job', partition: 3 }
  await appendRows(worker, [pushRow(10, place), pushRow(11, place)])
  await appendRows(worker, [pushRow(4, place)])
  assert.deepEqual(await readPositions(worker, 'audit_log', [{ ...origin, partition: 2 }, origin]), [
    undefined,
    12,
  ])
})

test('when one row of a batch is refused, nothing of the batch is stored', async () => {
  const start = await sizeNow()
  const wrong = pushRow(6001, { delivery_id: 'a\0b' })
  await assert.rejects(appendRows(worker, [pushRow(6000), wrong]), { code: '22P05' })
  assert.equal(await sizeNow(), start)
  await assertSound()
})

test('several workers append at the same time, also the same records: one log without a fork', async () => {
  const pools = Array.from({ length: 3 }, () => createPool(role.href, 'test', quietLogger()))
  const batches = Array.from({ length: 30 }, (_, batch) =>
    Array.from({ length: 20 }, (_, at) => pushRow(10_000 + 20 * batch + at)),
  )
  const start = await sizeNow()
  await Promise.all(
    pools.map(async (pool, index) => {
      for (const batch of index === 1 ? batches.toReversed() : batches) await appendRows(pool, batch)
      await pool.end()
    }),
  )
  assert.equal(await sizeNow(), start + 600)
  await assertSound()
})

test('Go verifies the tiles in the database, and proofs that are made from them', {
  skip: noGo ?? false,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-audit-append-'))
  try {
    const { origin, range } = await readHead(worker)
    const key = readSignerKey(generateSignerKey(origin))
    const checkpoint = signNote(checkpointText({ origin, size: range.size, root: rootOf(range) }), [key])
    const leafHashes = await recomputeLeaves(owner)
    const prove = { indexes: [0, 255, 256, range.size - 1], sizes: [1, 256, 300, range.size] }
    const readTile = createTileReader(worker)
    await writeLog(folder, { checkpoint, verifierKey: key.verifierKey, leafHashes, readTile, prove })
    assert.match(
      await verifyWithGo(verifier, folder),
      new RegExp(`^verified ${origin}: ${range.size} leaves`),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
    await rm(verifier, { force: true })
  }
})

test('the role of the worker can append and read hashes, and nothing else', async () => {
  const statements = [
    'select * from audit_log.events',
    'select * from audit_log.leaves',
    ...['events', 'leaves', 'tiles', 'head', 'positions', 'repeats', 'dead_letters'].flatMap((table) => [
      `insert into audit_log.${table} default values`,
      `delete from audit_log.${table}`,
      `truncate audit_log.${table}`,
      `do $$ begin lock audit_log.${table} in exclusive mode; end $$`,
      `select * from audit_log.${table} for update`,
    ]),
    'update audit_log.head set size = 0',
    "update audit_log.tiles set hashes = ''",
    'update audit_log.leaves set kind = 1',
    'update audit_log.positions set next_offset = 0',
    "select audit_log.add_leaves(array[sha256('')])",
    "select audit_log.add_to_tiles(0, 0, '')",
    'select audit_log.ensure_month(now())',
  ]
  for (const statement of statements)
    await assert.rejects(worker.query(statement), { code: '42501' }, statement)
  await assert.rejects(owner.query('update audit_log.leaves set kind = 1'), { code: '42501' })
  await assert.rejects(owner.query('truncate audit_log.repeats'), { code: '42501' })
})
