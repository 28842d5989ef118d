// `bridge audit verify` and `prove` against a database that somebody with all rights has changed.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { prove } from '../../cli/audit/prove.ts'
import { verify } from '../../cli/audit/verify.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { checkpointText, parseCheckpoint } from '../../consumers/audit-log/note/checkpoint.ts'
import { parseNote, signNote } from '../../consumers/audit-log/note/signed-note.ts'
import { readHead } from '../../consumers/audit-log/store/read-head.ts'
import { isExtension, isIncluded } from '../../consumers/audit-log/tree/check-proof.ts'
import { rootOf } from '../../consumers/audit-log/tree/compact-range.ts'
import { hashLeaf } from '../../consumers/audit-log/tree/hashing.ts'
import { verifyAuditLog } from '../../consumers/audit-log/verify/verify.ts'
import { createPool } from '../../lib/database.ts'
import { quietLogger } from '../../lib/logger.ts'
import { intervalRow, pushRow } from '../helpers/audit/audit-rows.ts'
import { hiddenTamperings } from '../helpers/audit/hidden-tamperings.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'
import { hashAnew, rebuildTree, tamperings } from '../helpers/audit/tamperings.ts'
import { createSeededRandom } from '../helpers/faults/seeded-random.ts'
import { buildGoVerifier, verifyWithGo } from '../helpers/process/go.ts'

const database = await openAuditDatabase()
const pool = createPool(database.databaseUrl, 'test', quietLogger())
after(async () => {
  await pool.end()
  await database.close()
})

const month = 32 * 86_400_000
const rows = Array.from({ length: 600 }, (_, at) =>
  pushRow(at, at % 50 === 7 ? { received_at: Date.now() - month } : {}),
)
await appendRows(pool, rows.slice(0, 300))
const older = await database.anchor()
const [{ topic_id, topic }, again] = [pushRow(0), { ...rows[5], kafka_offset: 600 }]
await appendRows(pool, [
  again as (typeof rows)[0],
  { topic_id: String(topic_id), topic: String(topic), kafka_partition: 0, kafka_offset: 601 },
])
await appendRows(pool, [...rows.slice(300), intervalRow(0)])
const anchor = await database.anchor()
await database.removeTriggers()
await database.keep()

const olderFile = join(database.folder, 'older')
await writeFile(olderFile, older.note)
await writeFile(join(database.folder, 'key'), database.key.verifierKey)
const files = { anchor: join(database.folder, 'checkpoint'), key: join(database.folder, 'key') }
const env = { DATABASE_URL: database.databaseUrl, BRIDGE_DATA_DIR: database.folder }

const run = async (options: Partial<Parameters<typeof verify>[0]> = {}) => {
  const lines: string[] = []
  const code = await verify({ jobs: 2, ...files, ...options }, env, (line) => lines.push(line))
  return { code, lines }
}

test('a log that nobody changed is sound; the last line names the anchor and what it proves', async () => {
  const { code, lines } = await run()
  assert.deepEqual(
    [code, lines.at(0), lines.at(-2)],
    [0, 'Leaves read: 603. Faults found: 0.', 'The audit log is sound.'],
  )
  assert.match(lines.at(-1) ?? '', /^anchor .*checkpoint: proves that the first 603 leaves are those that /)
})

test('every offset is accounted for, and one that is not is named', async () => {
  assert.ok((await run()).lines.includes('Every offset is accounted for. Partitions of Kafka: 2.'))
  await database.pool.query(`update audit_log.positions set next_offset = 605 where topic = 'gitlab.push'`)
  // An owner who wants to hide a gap can replace the view.
  await database.pool.query(`create or replace view audit_log.gaps as
    select topic_id, topic, kafka_partition, 1::bigint as first_offset, 1::bigint as last_offset
    from audit_log.positions where false`)
  const found = await run()
  await database.pool.query(`update audit_log.positions set next_offset = 602 where topic = 'gitlab.push'`)
  assert.equal(found.code, 1)
  const gap =
    'gap: gitlab.push/0 offsets 602 to 604 (3 records): no row, repeat or dead letter accounts for them.'
  assert.ok(found.lines.includes(gap), found.lines.join('\n'))
  await database.pool.query(`delete from audit_log.leaves where kafka_offset between 40 and 41`)
  const { accounting } = await verifyAuditLog(database.pool, anchor, 2)
  await database.bringBack()
  assert.deepEqual(
    accounting?.gaps.map(({ first, last }) => [first, last]),
    [[40, 41]],
  )
})

test('rows behind the anchor are checked against the tiles, and are no fault', async () => {
  const { code, lines } = await run({ anchor: olderFile })
  assert.equal(code, 0)
  assert.ok(lines.includes('not anchored yet: leaves 300 to 602, which agree with the tiles.'))
  await database.pool.query("update audit_log.events set summary = 'x' where leaf_index = 500")
  const found = await run({ anchor: olderFile })
  await database.bringBack()
  assert.equal(found.code, 1)
  assert.match(
    found.lines[0] ?? '',
    /^edited: row 500 \(push, delivery [\w-]+, gitlab.push\/0 offset 498\): content/,
  )
})

test('the anchor of this machine proves nothing against who controls it, and says so', async () => {
  await writeFile(join(database.folder, 'verifier-key'), database.key.verifierKey)
  const lines: string[] = []
  const local = { ...env, AUDIT_LOG_ANCHOR_FILE: files.anchor }
  const key = join(database.folder, 'verifier-key')
  assert.equal(await verify({ jobs: 1, key }, local, (line) => lines.push(line)), 0)
  assert.match(lines.at(-1) ?? '', /^anchor on this machine: proves nothing against whoever controls it/)
})

const count = process.env.BRIDGE_TEST_SOAK === '1' ? 200 : 50
test(`each of ${count} random changes is found and named`, async () => {
  const { below: pick } = createSeededRandom(15)
  const kinds = Object.entries({ ...tamperings, ...hiddenTamperings })
  for (let at = 0; at < count; at++) {
    const [name, tamper] = kinds[at % kinds.length] as (typeof kinds)[0]
    const { kind, indexes } = await tamper(database, pick)
    const result = await verifyAuditLog(database.pool, anchor, 2)
    await database.bringBack()
    const named = result.faults.filter((fault) => fault.kind === kind).map(({ index }) => index)
    const what = `${name}: ${JSON.stringify(result.faults.slice(0, 3))} ${JSON.stringify(result.anchor)}`
    if (kind === 'last rows removed') assert.equal(result.anchor.kind, 'shorter', what)
    else if (indexes.length > 0) assert.deepEqual(named, indexes, what)
    else assert.ok(named.length > 0 || result.anchor.kind === 'differs', what)
  }
  assert.equal((await verifyAuditLog(database.pool, anchor, 2)).faults.length, 0)
})

test('rows cut off behind the anchor are a gap, because the log says how far it has read', async () => {
  await database.pool.query(`delete from audit_log.events where leaf_index >= 400`)
  for (const table of ['repeats', 'dead_letters', 'statements'])
    await database.pool.query(`delete from audit_log.${table} where leaf_index >= 400`)
  await database.pool.query('delete from audit_log.leaves where index >= 400')
  await rebuildTree(database)
  const { code, lines } = await run({ anchor: olderFile })
  await database.bringBack()
  assert.equal(code, 1)
  assert.match(lines.join('\n'), /^gap: gitlab.push\/0 offsets 398 to 599 \(202 records\)/m)
})

test('an anchor that was edited, or that belongs to another log, proves nothing', async () => {
  const forged = join(database.folder, 'forged')
  await writeFile(forged, anchor.note.replace('\n603\n', '\n602\n'))
  await assert.rejects(
    run({ anchor: forged }),
    /signature of example.com\/log under the note is not valid: the note was changed/,
  )
  const other = { origin: 'example.com/another', size: anchor.size, root: anchor.root }
  await writeFile(forged, signNote(checkpointText(other), [database.key]))
  const { code, lines } = await run({ anchor: forged })
  assert.equal(code, 1)
  assert.match(lines.join('\n'), /^replaced: the database has the log .*, and the anchor is of example.com/m)
})

test('a log that was signed anew with a stolen key is found by the anchor, and by nothing else', async () => {
  await database.pool.query("update audit_log.events set user_username = 'mallory' where leaf_index = 10")
  const edited = await verifyAuditLog(database.pool, anchor, 2)
  assert.deepEqual(
    edited.faults.map(({ index }) => index),
    [10],
  )
  // With the key, every hash that is stored anywhere in the database can be made anew.
  await hashAnew(database, 10)
  await rebuildTree(database)
  const { range } = await readHead(pool)
  const result = await verifyAuditLog(database.pool, anchor, 2)
  assert.deepEqual([result.faults, result.isHeadSound, range.size], [[], true, 603])
  assert.deepEqual(result.anchor, { kind: 'differs' })
  // A checkpoint that the thief signs belongs to the changed log, and everything agrees with it.
  const forged = { origin: anchor.origin, size: range.size, root: rootOf(range) }
  const stolen = join(database.folder, 'stolen')
  await writeFile(stolen, signNote(checkpointText(forged), [database.key]))
  assert.deepEqual((await run({ anchor: stolen })).code, 0)
  const { code, lines } = await run()
  await database.bringBack()
  assert.equal(code, 1)
  assert.match(lines.join('\n'), /^rewritten: the first 603 leaves are not those of the anchor\./m)
})

test('a proof of a row and of the growth is verified without the database', async () => {
  const text = await prove('404', { ...files, since: olderFile }, env)
  const [proof = '', growth = ''] = text.split(/\n(?=old \d+\n)/)
  const [head = '', ...note] = proof.split('\n\n')
  const [version, extra = '', index, ...hashes] = head.split('\n')
  assert.deepEqual([version, index], ['c2sp.org/tlog-proof@v1', 'index 404'])
  const leaf = Buffer.from(extra.replace('extra ', ''), 'base64')
  const checkpoint = parseCheckpoint(parseNote(`${note.join('\n\n').trimEnd()}\n`).text)
  const inBytes = (lines: readonly string[]) => lines.map((line) => Buffer.from(line, 'base64'))
  assert.ok(isIncluded(hashLeaf(leaf), 404, checkpoint, inBytes(hashes)))
  assert.ok(leaf.includes(String(rows[402]?.delivery_id)))
  const [old, ...growthHashes] = (growth.split('\n\n')[0] ?? '').split('\n')
  assert.equal(old, 'old 300')
  assert.ok(isExtension(older, checkpoint, inBytes(growthHashes)))
})

test('Go verifies what `bridge audit prove` prints, and finds a change of it', async (t) => {
  const verifier = join(database.folder, 'go-verifier')
  const missing = await buildGoVerifier(verifier)
  if (missing !== undefined) return t.skip(missing)
  const folder = join(database.folder, 'proof')
  await mkdir(folder)
  await writeFile(join(folder, 'old'), older.note)
  await writeFile(join(folder, 'key'), database.key.verifierKey)
  const printed = await prove('404', { ...files, since: olderFile }, env)
  const verified = async (text: string) => {
    await writeFile(join(folder, 'printed'), text)
    return await verifyWithGo(verifier, folder, 'prove')
  }
  assert.match(await verified(printed), /^verified .*: leaf 404 of 603, and the growth from 300$/)
  await assert.rejects(verified(printed.replace('index 404', 'index 403')), /inclusion: /)
  await assert.rejects(verified(printed.replace(/^extra ..../m, 'extra AAAA')), /inclusion: /)
  await assert.rejects(verified(printed.replace(/^old 300\n.{44}\n/m, 'old 300\n')), /growth: /)
  await assert.rejects(verified(printed.replaceAll('\n603\n', '\n604\n')), /checkpoint of the proof: /)
})

test('a row that is not anchored, does not exist or was edited has no proof', async () => {
  await assert.rejects(prove('400', { ...files, anchor: olderFile }, env), /row 400 is not anchored yet/)
  await assert.rejects(prove('missing', files, env), /No row has the leaf index or the delivery id "missing"/)
  await database.pool.query("update audit_log.events set source = 'x' where leaf_index = 3")
  await assert.rejects(prove('3', files, env), /stored values of the row 3 are not those of the log/)
  await database.bringBack()
  assert.match(await prove(String(rows[3]?.delivery_id), files, env), /\nindex 3\n/)
})
