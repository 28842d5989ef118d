// `bridge audit export`, and `verify` of an export without the database.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type ExportOptions, exportLog } from '../../cli/audit/export.ts'
import { verify } from '../../cli/audit/verify.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import type { ExportedLeaf } from '../../consumers/audit-log/export/exported-leaf.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
after(() => database.close())
const env = { DATABASE_URL: database.databaseUrl, BRIDGE_DATA_DIR: database.folder }
const inFolder = (name: string) => join(database.folder, name)

const rows = Array.from({ length: 300 }, (_, at) => pushRow(at))
const { topic_id, topic } = pushRow(0)
await appendRows(database.pool, [
  ...rows,
  { ...rows[5], kafka_offset: 1000 } as (typeof rows)[0],
  { topic_id: String(topic_id), topic: String(topic), kafka_partition: 0, kafka_offset: 1001 },
  pushRow(1002, { raw: Buffer.from([0xff, 0x00, 0xfe]) }),
])
await database.anchor()
await appendRows(database.pool, [pushRow(1003)])
await writeFile(inFolder('key'), database.key.verifierKey)

const run = async (options: Partial<ExportOptions>) => {
  const [lines, reports]: [string[], string[]] = [[], []]
  const write = async (some: readonly string[]) => void lines.push(...some)
  await exportLog({ format: 'ndjson', ...options }, env, write, (line) => reports.push(line))
  return { lines, reports }
}
const exported = async (name: string, options: Partial<ExportOptions> = {}): Promise<string> => {
  const { lines } = await run(options)
  await writeFile(inFolder(name), `${lines.join('\n')}\n`)
  return inFolder(name)
}
/** Verifies files. No database answers at the address that it is given. */
const verifyFiles = async (...files: string[]) => {
  const lines: string[] = []
  const offline = { ...env, DATABASE_URL: 'postgres://127.0.0.1:1/none' }
  const options = { jobs: 1, anchor: inFolder('checkpoint'), key: inFolder('key'), export: files }
  const code = await verify(options, offline, (line) => lines.push(line))
  return { code, lines }
}
/** A copy of the export with one leaf changed or left out. */
const tampered = async (index: number, change: (leaf: ExportedLeaf) => ExportedLeaf | undefined) => {
  const lines = (await readFile(whole, 'utf8')).trimEnd().split('\n')
  const changed = lines.flatMap((line) => {
    const leaf = JSON.parse(line) as ExportedLeaf
    const kept = leaf.leaf_index === index ? change(leaf) : leaf
    return kept === undefined ? [] : [JSON.stringify(kept)]
  })
  await writeFile(inFolder('tampered'), changed.join('\n'))
  return await verifyFiles(inFolder('tampered'))
}
const whole = await exported('whole')

test('an export is verified without the database, against the anchor', async () => {
  const { code, lines } = await verifyFiles(whole)
  assert.deepEqual(
    [code, lines[0], lines[1], lines[2]],
    [
      ...[0, 'Leaves read: 304. Faults found: 0.'],
      'not anchored yet: leaf 303, which agrees with the tiles.',
      'The audit log is sound.',
    ],
  )
  assert.match(lines.at(-1) ?? '', /proves that the first 303 leaves are those that example.com\/log signed/)
})

test('an edited, a removed and a repeated leaf of an export are named', async () => {
  const edited = await tampered(17, (leaf) => ({ ...leaf, user_username: 'mallory' }))
  assert.equal(edited.code, 1)
  assert.match(edited.lines[0] ?? '', /^edited: row 17 \(push, delivery .*\): identity$/)
  const removed = await tampered(300, () => undefined)
  assert.match(removed.lines[0] ?? '', /^removed: row 300 /)
  const body = await tampered(302, (leaf) => ({ ...leaf, raw_base64: '/wD+AA==' }))
  assert.match(body.lines[0] ?? '', /^edited: row 302 .*: raw$/)
  const hashes = await tampered(20, (leaf) => ({ ...leaf, leaf_hash: edited.lines[0] ?? '' }))
  assert.match(hashes.lines.join('\n'), /rewritten: the first 303 leaves are not those of the anchor/)
})

test('what a line says beyond its leaf is named, because a reader would take it for proven', async () => {
  const detail = /: its line has more than its hash covers, or is not written as the export writes it$/
  const additions: [number, (leaf: ExportedLeaf) => ExportedLeaf][] = [
    [17, (leaf) => ({ ...leaf, approved_by: 'mallory' })],
    // Both a body and its bytes: only the bytes are hashed.
    [302, (leaf) => ({ ...leaf, raw: '{"object_kind":"forged"}' })],
    [18, (leaf) => ({ ...leaf, user_id: 41.5 })],
    [19, (leaf) => ({ ...leaf, kafka_partition: '0' as string })],
    // The hash of a repeat covers no user, and that of a dead letter no more than its place in Kafka.
    [300, (leaf) => ({ ...leaf, user_username: 'mallory' })],
    [301, (leaf) => ({ ...leaf, delivery_id: 'forged', summary: 'Mallory pushed.' })],
  ]
  for (const [index, change] of additions) {
    const { code, lines } = await tampered(index, change)
    assert.equal(code, 1, String(index))
    assert.match(lines.join('\n'), new RegExp(`^edited: row ${index} .*${detail.source}`, 'm'))
  }
})

test('a row that is not anchored yet is checked, too', async () => {
  const { code, lines } = await tampered(303, (leaf) => ({ ...leaf, summary: 'x' }))
  assert.equal(code, 1)
  assert.match(lines[0] ?? '', /^edited: row 303 .*: content$/)
})

test('an export continues where the last one ended, and its parts are verified together', async () => {
  const cursorFile = inFolder('cursor')
  const first = await exported('first', { cursorFile, limit: 100 })
  const { lines, reports } = await run({ cursorFile })
  await writeFile(inFolder('second'), lines.join('\n'))
  assert.deepEqual(reports, ['The leaves 100 to 303 were exported.'])
  assert.deepEqual((await run({ cursorFile })).reports, ['There are no new leaves.'])
  assert.equal((await verifyFiles(first, inFolder('second'))).code, 0)
  assert.equal((await verifyFiles(first)).code, 1, 'leaves that the anchor covers are missing')
  await assert.rejects(verifyFiles(inFolder('second')), /the leaves from 0 on are missing/)
  await assert.rejects(verifyFiles(inFolder('key')), /this is no export/)
})

test('a cursor does not move when the reader of the output fails, and belongs to one log', async () => {
  const cursorFile = inFolder('failing')
  const failing = exportLog(
    { format: 'csv', cursorFile },
    env,
    () => Promise.reject(new Error('full')),
    () => {},
  )
  await assert.rejects(failing, /full/)
  await assert.rejects(readFile(cursorFile), /ENOENT/)
  await writeFile(cursorFile, '{"origin":"another","next":5}')
  await assert.rejects(run({ cursorFile }), /belongs to the log another/)
})

test('CSV has one line for each leaf, and its header only in the first part', async () => {
  const { lines } = await run({ format: 'csv', limit: 2 })
  assert.match(lines[0] ?? '', /^leaf_index,kind,topic_id,topic,/)
  assert.match(lines[1] ?? '', /^0,event,[\w-]+,gitlab.push,0,0,/)
  assert.equal(lines.length, 3)
  assert.equal((await run({ format: 'csv', from: 2, limit: 2 })).lines.length, 2)
})

test('OCSF has one event for each event of the log', async () => {
  const { lines } = await run({ format: 'ocsf' })
  assert.equal(lines.length, 302)
  assert.partialDeepStrictEqual(JSON.parse(lines[0] ?? ''), {
    class_uid: 6001,
    actor: { user: { uid: '41', name: 'ada', full_name: 'Ada Lövelace' } },
    metadata: { version: '1.3.0', sequence: 0 },
  })
})

test('the table of gaps names the times without hooks, and the offsets that are in no row', async () => {
  await database.pool.query(`select audit_log.add_statement(3, json_build_object('kind', 'down', 'from',
    '2026-11-30T10:00:00Z', 'to', '2026-11-30T10:00:05Z', 'ingress', 'ingress-1')::text)`)
  await run({ gaps: inFolder('gaps.csv') })
  assert.deepEqual((await readFile(inFolder('gaps.csv'), 'utf8')).split('\n'), [
    'leaf_index,kind,began_at,ended_at,ingress,refused,topic,kafka_partition,first_offset,last_offset',
    '304,down,2026-11-30T10:00:00.000Z,2026-11-30T10:00:05.000Z,ingress-1,,,,,',
    ',unaccounted,,,,,gitlab.push,0,300,999',
    '',
  ])
})
