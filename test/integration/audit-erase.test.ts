// `bridge audit erase`: what is left of a person in the database, and what the report says about the rest.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { erase } from '../../cli/audit/erase/erase.ts'
import { liftHold, listHolds, placeHold } from '../../cli/audit/hold/hold.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { verifyAuditLog } from '../../consumers/audit-log/verify/verify.ts'
import { createPool } from '../../lib/database.ts'
import { quietLogger } from '../../lib/logger.ts'
import { dumpTables, tracesOfFrieda } from '../helpers/audit/dump-tables.ts'
import { friedaOptions, friedaRows } from '../helpers/audit/frieda.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
const pool = createPool(database.databaseUrl, 'test', quietLogger())
after(async () => {
  await pool.end()
  await database.close()
})

const rows = friedaRows()
await appendRows(pool, rows)
await database.anchor()
await database.keep()

const env = { DATABASE_URL: database.databaseUrl, BRIDGE_DATA_DIR: join(database.folder, 'data') }
const options = friedaOptions
/** The database has no tables of other workers, so their stores cannot be reached. */
const run = async (more: Partial<Parameters<typeof erase>[0]> = {}) => {
  const lines: string[] = []
  assert.equal(await erase({ ...options, ...more }, env, (line) => lines.push(line)), 1)
  assert.match(
    lines.join('\n'),
    /^cannot: the stores of chat-notifier: they were not reached\..* does not exist/m,
  )
  return lines
}

const erasedIndexes = async (column: string) =>
  (
    await pool.query(`select leaf_index from audit_log.events where ${column} is null order by leaf_index`)
  ).rows.map(({ leaf_index }) => Number(leaf_index))

const verified = async () => {
  const { faults, anchor, isHeadSound } = await verifyAuditLog(pool, await database.anchor(), 1)
  return { faults, anchor: anchor.kind, isHeadSound }
}
const sound = { faults: [], anchor: 'extends', isHeadSound: true }

test('a dry run counts and changes nothing', async () => {
  const lines = await run({ dryRun: true })
  assert.deepEqual(lines.slice(0, 2), [
    'audit_log.events: 2 rows in which the person is actor or subject',
    'audit_log.events: 6 rows that mention the person',
  ])
  assert.deepEqual(await erasedIndexes('raw'), [])
})

test('under a legal hold nothing is erased', async () => {
  assert.equal(await placeHold('case 12', env), 1)
  await assert.rejects(run(), /Nothing was erased: the legal hold 1 \(case 12\) forbids/)
  await liftHold(1, env)
  await assert.rejects(liftHold(1, env), /no hold 1 in force/)
  assert.match((await listHolds(env))[0] ?? '', /^1: case 12 \(placed at .*: lifted at /)
  assert.deepEqual(await erasedIndexes('raw'), [])
})

test('a reason that names the person is refused, because it stays', async () => {
  await assert.rejects(run({ reason: 'Frieda Kühn asked' }), /must not name the person/)
})

test('the person is gone, others keep their identity, and each store is reported', async () => {
  const lines = await run()
  assert.equal(
    lines[0],
    'done: audit_log.events: 2 rows lost identity, content and body; 6 rows that mention the person lost ' +
      'content and body; leaf 10 of the log says so',
  )
  assert.equal(lines[1], 'done: old versions of these rows in the database: the partitions were vacuumed')
  const unreached = ['write-ahead log', 'free space', 'exports', 'topics .*gitlab.user_create', 'spool']
  for (const store of [...unreached, 'backups that are restored'])
    assert.ok(
      lines.some((line) => new RegExp(`^cannot: .*${store}`).test(line)),
      store,
    )
  assert.ok(lines.some((line) => /^expires on \d{4}-\d\d-\d\d: topics .*gitlab.push, /.test(line)))

  assert.deepEqual(await erasedIndexes('raw'), [0, 1, 2, 3, 4, 5, 6, 7])
  assert.deepEqual(await erasedIndexes('user_username'), [0, 1])
  for (const column of ['body_sha256', 'raw_salt', 'content_salt', 'fact_id', 'summary'])
    assert.deepEqual(await erasedIndexes(column), [0, 1, 2, 3, 4, 5, 6, 7], column)
  assert.deepEqual(await verified(), sound)
})

test('a dump of the log has nothing by which the person can be found or guessed', async () => {
  const condition = `to_jsonb(t) ->> 'instance' is distinct from $1
    and to_jsonb(t) ->> 'leaf_index' is distinct from '8'`
  for (const { table, text } of await dumpTables(pool, condition, ['https://other.example'])) {
    for (const trace of tracesOfFrieda) assert.ok(!text.includes(trace), `${table} has ${trace}`)
    for (const { body_sha256 } of rows.slice(0, 8)) assert.ok(!text.includes(String(body_sha256)), table)
  }
})

test('the role of erasures can count and erase, and can do nothing else', async () => {
  const role = new URL(database.databaseUrl)
  role.username = 'audit_eraser'
  role.password = 'eraser-password'
  await pool.query(`alter role audit_eraser login password 'eraser-password'`)
  const lines: string[] = []
  const own = { AUDIT_ERASER_DATABASE_URL: role.href, BRIDGE_DATA_DIR: env.BRIDGE_DATA_DIR }
  await erase({ ...options, user: ['nobody'], email: [], name: [] }, own, (line) => lines.push(line))
  assert.equal(lines[0], 'done: audit_log.events: no row names the person')
  assert.match(
    lines.join('\n'),
    /^cannot: the stores of chat-notifier: .*CHAT_NOTIFIER_DATABASE_URL: is not set/m,
  )
  const eraser = createPool(role.href, 'test', quietLogger())
  for (const sql of [
    'select * from audit_log.events',
    'update audit_log.events set raw = null',
    'delete from audit_log.events',
    "select * from audit_log.rows_of_person('{}')",
    "select audit_log.add_statement(4, '{}')",
    'update audit_log.legal_holds set lifted_at = now()',
  ])
    await assert.rejects(eraser.query(sql), /permission denied/, sql)
  await eraser.end()
})

test('the trigger lets nobody change a row, also not within the transaction of an erasure', async () => {
  const change = async (sql: string) => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query(`select set_config('audit_log.erasure', pg_current_xact_id()::text, true)`)
    await client.query(sql).finally(async () => {
      await client.query('rollback')
      client.release()
    })
  }
  const set = (what: string) => `update audit_log.events set ${what} where leaf_index = 9`
  for (const what of ["user_name = 'x'", 'raw_commitment = null', "summary = ''", 'project_id = null'])
    await assert.rejects(change(set(what)), /append-only: UPDATE is refused/, what)
  await assert.rejects(change('delete from audit_log.events where leaf_index = 9'), /append-only/)
})

test('values that come back after their erasure are named, with and without their salt', async () => {
  await database.removeTriggers()
  const again = async (columns: readonly string[]) => {
    for (const column of columns)
      await pool.query(`update audit_log.events as e set ${column} = k.${column} from kept.events as k
        where e.leaf_index = 0 and k.leaf_index = 0`)
    const { faults } = await verifyAuditLog(pool, await database.anchor(), 1)
    return faults.map(({ kind, index, detail }) => [kind, index, detail])
  }
  const taken = 'an erasure took its identity'
  assert.deepEqual(await again(['user_name']), [
    ['returned', 0, taken],
    ['edited', 0, 'its commitment: identity'],
  ])
  assert.deepEqual(await again(['user_id', 'user_username', 'identity_salt']), [['returned', 0, taken]])
  await pool.query(`update audit_log.events set user_id = null, user_username = null, user_name = null,
    identity_salt = null where leaf_index = 0`)
  assert.deepEqual(await verified(), sound)
})

test('values that are gone without an erasure are a fault, and so is an edited erasure', async () => {
  await pool.query(`update audit_log.statements set content = replace(content, '0-7', '0-9')`)
  const { faults } = await verifyAuditLog(pool, await database.anchor(), 1)
  assert.deepEqual(
    faults.map(({ kind, index }) => [kind, index]),
    [
      ['returned', 8],
      ['returned', 9],
      ['edited', 10],
    ],
  )
  await pool.query(`update audit_log.statements set content = replace(content, '0-9', '0-7')`)
  await pool.query(
    'update audit_log.events set raw = null, body_sha256 = null, raw_salt = null where leaf_index = 9',
  )
  const other = await verifyAuditLog(pool, await database.anchor(), 1)
  assert.deepEqual(
    other.faults.map(({ kind, index }) => [kind, index]),
    [['erased', 9]],
  )
})
