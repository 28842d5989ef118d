// A database that was restored from yesterday's backup: nothing is signed until the new epoch, and `verify`
// says what was rebuilt until an auditor accepts it.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { newEpoch } from '../../cli/audit/new-epoch.ts'
import { verify } from '../../cli/audit/verify.ts'
import { createFileAnchor } from '../../consumers/audit-log/anchors/file-anchor.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { createSigner } from '../../consumers/audit-log/sign/signer.ts'
import { readHead } from '../../consumers/audit-log/store/read-head.ts'
import { createTileReader } from '../../consumers/audit-log/store/tile-reader.ts'
import { createPool } from '../../lib/database.ts'
import { quietLogger } from '../../lib/logger.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
const rows = Array.from({ length: 420 }, (_, at) => pushRow(at))
const path = join(database.folder, 'checkpoint')
const keyFile = join(database.folder, 'key')
await writeFile(keyFile, database.key.verifierKey)

// Yesterday: 300 leaves are anchored, and the backup has ten more.
await appendRows(database.pool, rows.slice(0, 300))
await database.anchor()
const yesterday = join(database.folder, 'yesterday')
await writeFile(yesterday, await readFile(path))
await appendRows(database.pool, rows.slice(300, 310))
await database.removeTriggers()
await database.keep()
// Today: 90 more, and the newest checkpoint covers them.
await appendRows(database.pool, rows.slice(310, 400))
await database.anchor()
const lastOfOldLog = await readFile(path, 'utf8')
await database.bringBack()

const pool = createPool(database.databaseUrl, 'test', quietLogger())
after(async () => {
  await pool.end()
  await database.close()
})

const signer = createSigner({
  key: database.key,
  file: createFileAnchor(path, 0),
  others: [],
  readHead: () => readHead(pool),
  readKeyChanges: async () => [],
  createTileReader: () => createTileReader(pool),
  logger: quietLogger(),
})

const env = {
  DATABASE_URL: database.databaseUrl,
  BRIDGE_DATA_DIR: database.folder,
  AUDIT_LOG_ANCHOR_FILE: path,
}
const run = async (options: Partial<Parameters<typeof verify>[0]> = {}) => {
  const lines: string[] = []
  const code = await verify({ jobs: 2, anchor: path, key: keyFile, ...options }, env, (line) =>
    lines.push(line),
  )
  return { code, lines, text: lines.join('\n') }
}
const beginEpoch = async () => {
  const lines: string[] = []
  await newEpoch(env, (line) => lines.push(line))
  return lines.join('\n')
}

test('the worker fills what is missing, and nothing is signed', async () => {
  await signer.sign()
  assert.match(String(signer.state().forked), /newest checkpoint has 400 leaves, and the log has 310/)
  await appendRows(pool, rows.slice(310))
  await signer.sign()
  assert.match(String(signer.state().forked), /first 400 leaves are not those of the newest checkpoint/)
  assert.equal(await readFile(path, 'utf8'), lastOfOldLog)
  assert.equal((await readHead(pool)).range.size, 420)
  const { code, text } = await run()
  assert.equal(code, 1)
  assert.match(text, /rewritten: the first 400 leaves are not those of the anchor/)
})

test('after the new epoch the signer signs, and verify names the rebuilt leaves', async () => {
  const said = await beginEpoch()
  assert.match(said, /had 400 leaves; 300 of them are proven to be here/)
  assert.equal(await readFile(`${path}.before-epoch-400`, 'utf8'), lastOfOldLog)
  await signer.sign()
  assert.deepEqual([signer.state().forked, signer.state().anchoredSize], [undefined, 421])

  const { code, lines, text } = await run()
  assert.equal(code, 1)
  assert.ok(lines.includes('The audit log is NOT sound.'))
  assert.match(
    text,
    /rebuilt: leaves 300 to 419 were written again after a restore; the log .* had 400 leaves/,
  )
  const [, digest = ''] = /--accept ([\da-f]{64})$/m.exec(text) ?? []
  assert.ok(said.endsWith(`--accept ${digest}`))
  assert.equal((await run({ accept: ['00'] })).code, 1)
  const accepted = await run({ accept: [digest] })
  assert.equal(accepted.code, 0, accepted.text)
  assert.match(accepted.text, /You accept this\.\nThe audit log is sound\./)
  assert.equal((await run({ accept: [digest], anchor: yesterday })).code, 0)
  const old = await run({ accept: [digest], anchor: `${path}.before-epoch-400` })
  assert.equal(old.code, 1)
  assert.match(old.text, /replaced: the database has the log/)
})

test('a log that extends its checkpoint needs no epoch', async () => {
  await assert.rejects(beginEpoch(), /extends its newest checkpoint: nothing was lost/)
})
