// `bridge audit drop-month`: retention by whole months, which keeps the proof of the rest.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { dropMonth } from '../../cli/audit/drop-month.ts'
import { liftHold, placeHold } from '../../cli/audit/hold/hold.ts'
import { verify } from '../../cli/audit/verify.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
after(() => database.close())

const lastMonth = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 1, 15))
const month = lastMonth.toISOString().slice(0, 7)
const thisMonth = new Date().toISOString().slice(0, 7)
const isOld = (at: number) => at % 3 === 1 || at > 300
const rows = Array.from({ length: 320 }, (_, at) =>
  pushRow(at, isOld(at) ? { received_at: lastMonth.getTime() + at } : {}),
)
const key = join(database.folder, 'key')
await writeFile(key, database.key.verifierKey)
const files = { anchor: join(database.folder, 'checkpoint'), key }
const env = { DATABASE_URL: database.databaseUrl, BRIDGE_DATA_DIR: database.folder }

await appendRows(database.pool, rows.slice(0, 310))
await database.anchor()
await appendRows(database.pool, rows.slice(310))

const run = async (name = month) => {
  const lines: string[] = []
  await dropMonth(name, files, env, (line) => lines.push(line))
  return lines
}
const verified = async () => {
  const lines: string[] = []
  const code = await verify({ jobs: 1, ...files }, env, (line) => lines.push(line))
  return { code, text: lines.join('\n') }
}

test('a month that is not anchored, has not ended or is held is not dropped', async () => {
  await assert.rejects(run(), /checkpoint covers 310 leaves, and the month has the leaf 319/)
  await database.anchor()
  await assert.rejects(run(thisMonth), new RegExp(`the month ${thisMonth} has not ended`))
  await assert.rejects(run('2020-01'), /has no rows of the month 2020-01/)
  await assert.rejects(run('2020-13'), /is no month/)
  const hold = await placeHold('case 12', env)
  await assert.rejects(run(), /the legal hold 1 \(case 12\) forbids/)
  await liftHold(hold, env)
  assert.equal((await database.pool.query('select from audit_log.events')).rowCount, 320)
})

test('the rows of the month are gone, and the log verifies', async () => {
  const count = rows.filter((_, at) => isOld(at)).length
  assert.match(
    (await run())[0] ?? '',
    new RegExp(`^${count} rows of ${month} were dropped; leaf 320 of the log`),
  )
  assert.equal((await database.pool.query('select from audit_log.events')).rowCount, 320 - count)
  const { code, text } = await verified()
  assert.equal(code, 0, text)
  await database.anchor()
  assert.equal((await verified()).code, 0)
})

test('a record of the month that is read again is not written again', async () => {
  const before = await database.pool.query('select size from audit_log.head')
  await appendRows(database.pool, [rows[1] as (typeof rows)[0]])
  assert.deepEqual((await database.pool.query('select size from audit_log.head')).rows, before.rows)
})

test('a row of another month that is gone is still a fault', async () => {
  await database.removeTriggers()
  await database.pool.query('delete from audit_log.events where leaf_index = 3')
  const { code, text } = await verified()
  assert.equal(code, 1)
  assert.match(text, /^removed: row 3 /)
})
