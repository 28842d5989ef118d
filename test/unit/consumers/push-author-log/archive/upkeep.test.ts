import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { printPushes } from '../../../../../cli/pushes/print-pushes.ts'
import { openPushFiles, type PushFiles } from '../../../../../consumers/push-author-log/files/push-files.ts'
import type { PushLine } from '../../../../../consumers/push-author-log/push-line.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'
import { linesOfMoves, pushLine, updateLine } from '../../../../helpers/records/push-lines.ts'

const day = '2026-06-01'
const hours = (count: number) => Date.parse('2026-06-02') + count * 60 * 60 * 1000
const dataFiles = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.startsWith('2'))
    .sort()
const closedDay = [`${day}.ndjson.zst`, `${day}.ndjson.zst.index`]

/** The files of the worker, and what `bridge pushes` says about them. */
const opened = async (t: TestContext, folder?: string, retentionDays?: number) => {
  const path = folder ?? (await temporaryFolder(t))
  const files = await openPushFiles(path, retentionDays)
  t.after(() => files.close())
  const ask = async (options = {}, reported: string[] = []) => {
    const printed: PushLine[] = []
    const print = (text: string) => void printed.push(JSON.parse(text) as PushLine)
    await printPushes(
      { ...options, folder: [path], json: true },
      {},
      print,
      (each) => void reported.push(each),
    )
    return printed
  }
  return { files, folder: path, ask }
}

/** Lines that nobody added to in the last hour. */
const makeQuiet = (folder: string) => {
  for (const name of dataFiles(folder)) utimesSync(join(folder, name), hours(-1) / 1000, hours(-1) / 1000)
}
const closeDays = async (files: PushFiles, folder: string, now = hours(3)) => {
  makeQuiet(folder)
  await files.keepUp(now)
}

const manyLines = Array.from({ length: 3000 }, (_, number) =>
  pushLine({
    project_id: number % 100,
    project_path: `group/project-${number % 100}`,
    user_id: number % 7,
    user_username: `user-${number % 7}`,
    ref: `refs/heads/${number}`,
    delivery_id: `${number}`,
  }),
)

test('a day that is over is compressed, and answers as before', async (t) => {
  const { files, folder, ask } = await opened(t)
  await files.append(manyLines)
  const questions = [{}, { project: '42' }, { project: 'group/project-7' }, { user: 'user-3' }, { user: '5' }]
  const before = await Promise.all(questions.map((question) => ask(question)))
  const plainBytes = statSync(join(folder, `${day}.ndjson`)).size
  await closeDays(files, folder)
  assert.deepEqual(dataFiles(folder), closedDay)
  assert.ok(statSync(join(folder, closedDay[0] ?? '')).size < plainBytes / 4)
  assert.deepEqual(await Promise.all(questions.map((question) => ask(question))), before)
  assert.equal(before[1]?.length, 30)
  assert.deepEqual(await ask({ project: 'group/project' }), [])
})

const hasZstd = spawnSync('zstd', ['--version']).status === 0
test('a compressed day can be read by the zstd program', { skip: !hasZstd }, async (t) => {
  const { files, folder } = await opened(t)
  await files.append(manyLines)
  await closeDays(files, folder)
  const text = execFileSync('zstd', ['-dc', join(folder, `${day}.ndjson.zst`)], { maxBuffer: 1e8 }).toString()
  assert.equal(text, manyLines.map((line) => `${JSON.stringify(line)}\n`).join(''))
})

test('a day stays open for two hours after its end, and while it is written', async (t) => {
  const { files, folder } = await opened(t)
  await files.append([pushLine()])
  await closeDays(files, folder, hours(1.9))
  assert.deepEqual(dataFiles(folder), [`${day}.ndjson`])
  utimesSync(join(folder, `${day}.ndjson`), hours(2.95) / 1000, hours(2.95) / 1000)
  await files.keepUp(hours(3))
  assert.deepEqual(dataFiles(folder), [`${day}.ndjson`])
  await closeDays(files, folder)
  assert.deepEqual(dataFiles(folder), closedDay)
})

test('late lines go to a new file, are read, and join the compressed day', async (t) => {
  const { files, folder, ask } = await opened(t)
  const [first, second, ...others] = linesOfMoves('A B, B C, C D')
  assert.ok(first && second)
  await files.append([first, updateLine({ delivery_id: 'repeat', before: 'A', after: 'B' })])
  await closeDays(files, folder)
  assert.ok(existsSync(join(folder, `${day}.repeats.zst`)))
  await files.append([first, second])
  assert.equal(readFileSync(join(folder, `${day}.ndjson`), 'utf8'), `${JSON.stringify(second)}\n`)
  assert.deepEqual(await ask(), [first, second])
  await closeDays(files, folder)
  await files.append(others)
  await closeDays(files, folder)
  assert.deepEqual(await ask({ project: '15' }), [first, second, ...others])
  assert.ok(!existsSync(join(folder, `${day}.ndjson`)))
})

test('a crash between the steps of closing a day loses and doubles nothing', async (t) => {
  const { files, folder, ask } = await opened(t)
  await files.append(manyLines)
  const plain = readFileSync(join(folder, `${day}.ndjson`))
  await closeDays(files, folder)
  const archive = readFileSync(join(folder, closedDay[0] ?? ''))
  writeFileSync(join(folder, `${day}.ndjson`), plain)
  rmSync(join(folder, closedDay[1] ?? ''))
  writeFileSync(join(folder, `${closedDay[0]}.new`), archive.subarray(0, 100))
  assert.equal((await ask()).length, manyLines.length)
  assert.equal((await ask({ project: '42' })).length, 30)
  await closeDays(files, folder)
  assert.deepEqual(dataFiles(folder), closedDay)
  assert.equal((await ask()).length, manyLines.length)
  assert.deepEqual(readFileSync(join(folder, closedDay[0] ?? '')), archive, 'no line is in it twice')
})

test('an index that belongs to another file is not used', async (t) => {
  const { files, folder, ask } = await opened(t)
  await files.append(manyLines)
  await closeDays(files, folder)
  const index = readFileSync(join(folder, closedDay[1] ?? ''))
  await files.append([pushLine({ ref: 'late', delivery_id: 'late', project_id: 42 })])
  await closeDays(files, folder)
  writeFileSync(join(folder, closedDay[1] ?? ''), index)
  assert.equal((await ask({ project: '42' })).length, 31)
  writeFileSync(join(folder, closedDay[1] ?? ''), index.subarray(0, 40))
  assert.equal((await ask({ project: '42' })).length, 31)
})

test('a damaged block is reported, and the others are read', async (t) => {
  const { files, folder, ask } = await opened(t)
  await files.append(manyLines)
  await closeDays(files, folder)
  const path = join(folder, closedDay[0] ?? '')
  const bytes = readFileSync(path)
  bytes.fill(0, 20, 200)
  writeFileSync(path, bytes)
  const reported: string[] = []
  const found = await ask({ project: '42' }, reported)
  assert.ok(found.length > 20 && found.length < 30, `${found.length}`)
  assert.deepEqual(reported, [`${closedDay[0]}: a part of the file is damaged. Pushes may be missing.`])
  await files.append([pushLine({ ref: 'late', delivery_id: 'late' })])
})

test('lines that arrive while a day is compressed stay, and the day is closed another time', async (t) => {
  const { files, folder, ask } = await opened(t)
  await files.append(manyLines)
  makeQuiet(folder)
  const closing = files.keepUp(hours(3))
  const late = pushLine({ ref: 'late', delivery_id: 'late' })
  await files.append([late])
  await closing
  assert.equal((await ask()).length, manyLines.length + 1)
  await closeDays(files, folder)
  assert.deepEqual(dataFiles(folder), closedDay)
  assert.equal((await ask()).length, manyLines.length + 1)
})

test('days that are older than the retention are deleted', async (t) => {
  const { files, folder } = await opened(t, undefined, 30)
  await files.append([pushLine(), pushLine({ pushed_at: '2026-06-03T10:00:00.000Z', delivery_id: 'new' })])
  await closeDays(files, folder, hours(72))
  assert.equal(dataFiles(folder).length, 4)
  await files.keepUp(hours(30 * 24 + 1))
  assert.deepEqual(dataFiles(folder), ['2026-06-03.ndjson.zst', '2026-06-03.ndjson.zst.index'])
})
