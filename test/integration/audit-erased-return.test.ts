// A person who was erased does not come back: neither with records that are read again, nor with a backup.
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { personOf } from '../../cli/audit/erase/person-of.ts'
import { reapply } from '../../cli/audit/erase/reapply.ts'
import { liftHold, placeHold } from '../../cli/audit/hold/hold.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { createErasedPeople } from '../../consumers/audit-log/erase/erased-people.ts'
import { auditLogPersonalData } from '../../consumers/audit-log/erase/personal-data.ts'
import { verifyAuditLog } from '../../consumers/audit-log/verify/verify.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { dumpTables, tracesOfFrieda } from '../helpers/audit/dump-tables.ts'
import { friedaOptions, friedaRows } from '../helpers/audit/frieda.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
const { pool } = database
after(() => database.close())
const settings = { BRIDGE_DATA_DIR: join(database.folder, 'data'), AUDIT_LOG_ERASURE_KEY: undefined }
const env = { DATABASE_URL: database.databaseUrl, BRIDGE_DATA_DIR: settings.BRIDGE_DATA_DIR }
/** What a worker with this folder knows. Each call is a new process. */
const worker = (others: Partial<Parameters<typeof createErasedPeople>[1]> = {}) =>
  createErasedPeople(pool, { ...settings, ...others })
const rows = friedaRows()
const erase = () => auditLogPersonalData.erase(personOf(friedaOptions), friedaOptions.reason, env)

const nullIn = async (column: string) =>
  (
    await pool.query(
      `select kafka_offset from audit_log.events where ${column} is null order by kafka_offset`,
    )
  ).rows.map(({ kafka_offset }) => Number(kafka_offset))
const verified = async () => {
  const { faults, isHeadSound, accounting } = await verifyAuditLog(pool, await database.anchor(), 1)
  return { faults, isHeadSound, gaps: accounting?.gaps }
}
const sound = { faults: [], isHeadSound: true, gaps: [] }
const assertErased = async () => {
  assert.deepEqual(await nullIn('raw'), [0, 1, 2, 3, 4, 5, 6, 7])
  assert.deepEqual(await nullIn('user_username'), [0, 1])
  for (const column of ['raw_salt', 'content_salt', 'body_sha256', 'summary'])
    assert.deepEqual(await nullIn(column), [0, 1, 2, 3, 4, 5, 6, 7], column)
  assert.deepEqual(await nullIn('identity_salt'), [0, 1])
}
/** An empty log, as after a loss of the database. The topics and the files of the worker are still there. */
const empty = async () => {
  await pool.query(`truncate audit_log.erased_people`)
  for (const table of ['events', 'leaves', 'repeats', 'statements', 'tiles', 'positions'])
    await pool.query(`delete from audit_log.${table}`)
  await pool.query(`update audit_log.head set size = 0, roots = '{}'`)
  await rm(join(database.folder, 'checkpoint'), { force: true })
}

test('records that were received before an erasure and are read after it have no values', async () => {
  const known = worker()
  await appendRows(pool, [pushRow(10)], known)
  // The worker has read the list before. It finds out in the transaction that appends.
  await erase()
  const { size, events } = await appendRows(pool, rows, known)
  assert.deepEqual([size, events], [12, 10])
  await assertErased()
  assert.deepEqual(await verified(), sound)
  const {
    rows: [statement],
  } = await pool.query('select content from audit_log.statements')
  const { identity, content, raw, reason } = JSON.parse(statement.content)
  assert.deepEqual([identity, content, raw], ['1-2', '1-8', '1-8'])
  assert.match(reason, /was erased before these records were read/)
  assert.deepEqual((await appendRows(pool, rows, known)).size, 12)
})

test('records received after the erasure are kept: the name may be that of another person', async () => {
  await appendRows(
    pool,
    [pushRow(11, { ...rows[0], kafka_offset: 11, received_at: Date.now() + 60_000, delivery_id: 'new' })],
    worker(),
  )
  assert.deepEqual(await nullIn('raw'), [0, 1, 2, 3, 4, 5, 6, 7])
  assert.deepEqual(await verified(), sound)
})

test('no table has the person or the key, and a guess needs the key', async () => {
  const dumps = await dumpTables(pool, `coalesce(to_jsonb(t) ->> 'kafka_offset', '') not in ('8', '9', '11')`)
  for (const { table, text } of dumps)
    for (const trace of tracesOfFrieda) assert.ok(!text.includes(trace), `${table} has ${trace}`)
})

test('a log that is made anew from the topics does not have the person', async () => {
  await database.removeTriggers()
  await empty()
  await appendRows(pool, rows, worker())
  await assertErased()
  assert.deepEqual(await verified(), sound)
})

test('without the key of the digests nothing from before the erasure is written', async () => {
  await empty()
  const other = worker({ AUDIT_LOG_ERASURE_KEY: 'another key, with more than 32 characters' })
  await assert.rejects(appendRows(pool, rows, other), /made with another key.*AUDIT_LOG_ERASURE_KEY_FILE/)
  const later = pushRow(200, { received_at: Date.now() + 60_000 })
  assert.equal((await appendRows(pool, [later], other)).size, 1)
})

test('rows that a backup has brought back are erased again, unless a hold forbids it', async () => {
  await empty()
  // The backup is older than the erasure: the rows have their values, and the list is empty.
  await appendRows(pool, rows)
  assert.deepEqual(await nullIn('raw'), [])
  const hold = await placeHold('case 12', env)
  await assert.rejects(reapply(env), /Nothing was erased: the legal hold/)
  await liftHold(hold, env)
  const report = String(await reapply(env))
  assert.match(report, /^Erasures: 1 are known; 2 rows lost identity, content and body again, and 6 rows /)
  assert.match(report, / leaf 10 of the log says so/)
  await assertErased()
  assert.deepEqual(await verified(), sound)
  assert.match(String(await reapply(env)), /no row has values that one of them took/)
  // The list is back in the database, so a worker on another machine with the key knows it, too.
  assert.equal((await pool.query('select from audit_log.erased_people')).rowCount, 1)
})

test('an erasure with another key than the earlier ones is refused', async () => {
  const other = { ...env, AUDIT_LOG_ERASURE_KEY: 'another key, with more than 32 characters' }
  await assert.rejects(
    auditLogPersonalData.erase(personOf(friedaOptions), 'request 4712', other),
    /Nothing was erased: the digests of earlier erasures were made with another key/,
  )
})
