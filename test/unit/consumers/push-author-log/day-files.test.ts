import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDayFiles } from '../../../../consumers/push-author-log/day-files.ts'

const keyOf = (text: string): string | undefined =>
  text.startsWith('{') ? (JSON.parse(text) as { key: string }).key : undefined
const line = (key: string) => ({ key, text: JSON.stringify({ key, text: 'ä\\n' }) })
const day = '2026-06-01'

const folderFor = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'day-files-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}
const opened = async (t: TestContext, folder = folderFor(t)) => {
  const files = await openDayFiles(folder, keyOf)
  t.after(() => files.close())
  const keys = (name = day) =>
    readFileSync(join(folder, `${name}.ndjson`), 'utf8')
      .split('\n')
      .filter((text) => text !== '')
      .map(keyOf)
  return { files, folder, keys, path: join(folder, `${day}.ndjson`) }
}

test('a whole line is in the file of its day when the promise resolves', async (t) => {
  const { files, path } = await opened(t)
  await files.append(day, [line('a'), line('b')])
  assert.equal(readFileSync(path, 'utf8'), `${line('a').text}\n${line('b').text}\n`)
})

test('the folder is created where it does not exist', async (t) => {
  const folder = join(folderFor(t), 'a', 'b')
  await (await opened(t, folder)).files.append(day, [line('a')])
  assert.ok(existsSync(join(folder, `${day}.ndjson`)))
})

test('a line that is appended twice is written once', async (t) => {
  const { files, keys } = await opened(t)
  await files.append(day, [line('a')])
  await files.append(day, [line('a'), line('b')])
  await files.append(day, [line('b')])
  assert.deepEqual(keys(), ['a', 'b'])
})

test('a new process knows the lines of the file', async (t) => {
  const first = await opened(t)
  await first.files.append(day, [line('a')])
  await first.files.close()
  const second = await opened(t, first.folder)
  await second.files.append(day, [line('a'), line('b')])
  assert.deepEqual(second.keys(), ['a', 'b'])
})

test('a line that a crash cut in the middle is removed and can be written again', async (t) => {
  for (const torn of [
    line('b').text.slice(0, 9),
    Buffer.concat([Buffer.from('{"key":"b","text":"'), Buffer.from([0xc3])]),
    line('b').text,
    '\0\0\0\0',
  ]) {
    const folder = folderFor(t)
    const path = join(folder, `${day}.ndjson`)
    writeFileSync(path, `${line('a').text}\n`)
    appendFileSync(path, torn)
    const { files, keys } = await opened(t, folder)
    await files.append(day, [line('b')])
    assert.deepEqual(keys(), ['a', 'b'])
    assert.equal(readFileSync(path, 'utf8'), `${line('a').text}\n${line('b').text}\n`)
  }
})

test('an empty file is treated like a missing one', async (t) => {
  const { files, path, keys } = await opened(t)
  writeFileSync(path, '')
  await files.append(day, [line('a')])
  assert.deepEqual(keys(), ['a'])
})

test('the same key on another day is another line', async (t) => {
  const { files, keys } = await opened(t)
  await files.append(day, [line('a')])
  await files.append('2026-06-02', [line('a')])
  assert.deepEqual([keys(), keys('2026-06-02')], [['a'], ['a']])
})

test('with more days than open files no line is lost or repeated', async (t) => {
  const { files, folder, keys } = await opened(t)
  const days = Array.from({ length: 12 }, (_, index) => `2026-06-${String(index + 10)}`)
  for (const key of ['a', 'b', 'a']) for (const each of days) await files.append(each, [line(key)])
  assert.equal(readdirSync(folder).filter((name) => name.endsWith('.ndjson')).length, days.length)
  for (const each of days) assert.deepEqual(keys(each), ['a', 'b'], each)
})

test('lines that are appended at the same time are written whole and once', async (t) => {
  const { files, keys } = await opened(t)
  const names = Array.from({ length: 50 }, (_, index) => `k${index % 25}`)
  await Promise.all(names.map((name) => files.append(day, [line(name)])))
  assert.deepEqual(keys(), names.slice(0, 25))
})

test('a day that cannot be written does not affect other days, and works again later', async (t) => {
  const { files, path, keys } = await opened(t)
  mkdirSync(path)
  await assert.rejects(files.append(day, [line('a')]), { code: 'EISDIR' })
  await files.append('2026-06-02', [line('b')])
  rmdirSync(path)
  await files.append(day, [line('a')])
  assert.deepEqual([keys(), keys('2026-06-02')], [['a'], ['b']])
})

test('a line of another program is left alone and blocks nothing', async (t) => {
  const { files, path } = await opened(t)
  writeFileSync(path, 'not ours\n')
  await files.append(day, [line('a')])
  assert.deepEqual(readFileSync(path, 'utf8').split('\n'), ['not ours', line('a').text, ''])
})

test('lines go to a new file when the file of the day was moved away or removed', async (t) => {
  for (const remove of [rmSync, (path: string) => renameSync(path, `${path}.1`)]) {
    const { files, path, keys } = await opened(t)
    await files.append(day, [line('a')])
    remove(path)
    await files.append(day, [line('b')])
    assert.deepEqual(keys(), ['b'])
    await files.append(day, [line('b'), line('c')])
    assert.deepEqual(keys(), ['b', 'c'])
  }
})

test('a file that was replaced or cut under the worker is read again before lines are added', async (t) => {
  const { files, path, keys } = await opened(t)
  await files.append(day, [line('a'), line('b')])
  writeFileSync(path, `${line('b').text}\n`)
  await files.append(day, [line('a'), line('b')])
  assert.deepEqual(keys(), ['b', 'a'])
  const copy = readFileSync(path)
  rmSync(path)
  writeFileSync(path, copy)
  await files.append(day, [line('a'), line('c')])
  assert.deepEqual(keys(), ['b', 'a', 'c'])
})

test('a second process is refused as long as the first one uses the folder', async (t) => {
  const { files, folder } = await opened(t)
  await assert.rejects(openDayFiles(folder, keyOf), {
    name: 'UsageError',
    message: `process ${process.pid} writes to ${folder}: give each process a PUSH_AUTHOR_LOG_DIR of its own`,
  })
  await files.close()
  await (await openDayFiles(folder, keyOf)).close()
})

test('only the owner can read the folder and the files that are created', async (t) => {
  const folder = join(folderFor(t), 'pushes')
  const { files, path } = await opened(t, folder)
  await files.append(day, [line('a')])
  assert.deepEqual(
    [folder, path].map((each) => (statSync(each).mode & 0o777).toString(8)),
    ['700', '600'],
  )
})
