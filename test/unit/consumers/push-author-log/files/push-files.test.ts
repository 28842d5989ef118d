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
import { openPushFiles } from '../../../../../consumers/push-author-log/files/push-files.ts'
import type { PushLine } from '../../../../../consumers/push-author-log/push-line.ts'
import { linesOfMoves, pushLine, updateLine } from '../../../../helpers/records/push-lines.ts'

const day = '2026-06-01'
/** A line that differs from others by its ref. */
const line = (ref: string, ofDay = day): PushLine =>
  pushLine({ ref, delivery_id: `${ref} ä\\n`, pushed_at: `${ofDay}T10:00:00.000Z` })
const textOf = (ref: string) => JSON.stringify(line(ref))
const refOf = (text: string): string =>
  text.startsWith('{') ? (JSON.parse(text) as PushLine).ref : 'not ours'

const folderFor = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'day-files-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}
const opened = async (t: TestContext, folder = folderFor(t)) => {
  const files = await openPushFiles(folder)
  t.after(() => files.close())
  const keys = (name = day) =>
    readFileSync(join(folder, `${name}.ndjson`), 'utf8')
      .split('\n')
      .filter((text) => text !== '')
      .map(refOf)
  return { files, folder, keys, path: join(folder, `${day}.ndjson`) }
}

test('a whole line is in the file of its day when the promise resolves', async (t) => {
  const { files, path } = await opened(t)
  await files.append([line('a'), line('b')])
  assert.equal(readFileSync(path, 'utf8'), `${textOf('a')}\n${textOf('b')}\n`)
})

test('the folder is created where it does not exist', async (t) => {
  const folder = join(folderFor(t), 'a', 'b')
  await (await opened(t, folder)).files.append([line('a')])
  assert.ok(existsSync(join(folder, `${day}.ndjson`)))
})

test('a line that is appended twice is written once', async (t) => {
  const { files, keys } = await opened(t)
  await files.append([line('a')])
  await files.append([line('a'), line('b')])
  await files.append([line('b')])
  assert.deepEqual(keys(), ['a', 'b'])
})

test('a new process knows the lines of the file', async (t) => {
  const first = await opened(t)
  await first.files.append([line('a')])
  await first.files.close()
  const second = await opened(t, first.folder)
  await second.files.append([line('a'), line('b')])
  assert.deepEqual(second.keys(), ['a', 'b'])
})

test('a line that a crash cut in the middle is removed and can be written again', async (t) => {
  for (const torn of [
    textOf('b').slice(0, 9),
    Buffer.concat([Buffer.from('{"ref":"b","text":"'), Buffer.from([0xc3])]),
    textOf('b'),
    '\0\0\0\0',
  ]) {
    const folder = folderFor(t)
    const path = join(folder, `${day}.ndjson`)
    writeFileSync(path, `${textOf('a')}\n`)
    appendFileSync(path, torn)
    const { files, keys } = await opened(t, folder)
    await files.append([line('b')])
    assert.deepEqual(keys(), ['a', 'b'])
    assert.equal(readFileSync(path, 'utf8'), `${textOf('a')}\n${textOf('b')}\n`)
  }
})

test('an empty file is treated like a missing one', async (t) => {
  const { files, path, keys } = await opened(t)
  writeFileSync(path, '')
  await files.append([line('a')])
  assert.deepEqual(keys(), ['a'])
})

test('a delivery that comes again on the next day is not written again', async (t) => {
  const { files, keys } = await opened(t)
  await files.append([line('a')])
  await files.append([line('a', '2026-06-02'), line('b', '2026-06-02')])
  assert.deepEqual([keys(), keys('2026-06-02')], [['a'], ['b']])
})

test('with more days than open files no line is lost or repeated', async (t) => {
  const { files, folder, keys } = await opened(t)
  const days = Array.from({ length: 12 }, (_, index) => `2026-06-${String(index + 10)}`)
  for (const key of ['a', 'b', 'a'])
    for (const each of days) await files.append([line(`${key} ${each}`, each)])
  assert.equal(readdirSync(folder).filter((name) => name.endsWith('.ndjson')).length, days.length)
  for (const each of days) assert.deepEqual(keys(each), [`a ${each}`, `b ${each}`], each)
})

test('lines that are appended at the same time are written whole and once', async (t) => {
  const { files, keys } = await opened(t)
  const names = Array.from({ length: 50 }, (_, index) => `k${index % 25}`)
  await Promise.all(names.map((name) => files.append([line(name)])))
  assert.deepEqual(keys(), names.slice(0, 25))
})

test('a day that cannot be written does not affect other days, and works again later', async (t) => {
  const { files, path, keys } = await opened(t)
  mkdirSync(path)
  await assert.rejects(files.append([line('a')]), { code: 'EISDIR' })
  await files.append([line('b', '2026-06-02')])
  rmdirSync(path)
  await files.append([line('a')])
  assert.deepEqual([keys(), keys('2026-06-02')], [['a'], ['b']])
})

test('a line of another program is left alone and blocks nothing', async (t) => {
  const { files, path } = await opened(t)
  writeFileSync(path, 'not ours\n')
  await files.append([line('a')])
  assert.deepEqual(readFileSync(path, 'utf8').split('\n'), ['not ours', textOf('a'), ''])
})

test('lines go to a new file when the file of the day was moved away or removed', async (t) => {
  for (const remove of [rmSync, (path: string) => renameSync(path, `${path}.1`)]) {
    const { files, path, keys } = await opened(t)
    await files.append([line('a')])
    remove(path)
    await files.append([line('b')])
    assert.deepEqual(keys(), ['b'])
    await files.append([line('b'), line('c')])
    assert.deepEqual(keys(), ['b', 'c'])
  }
})

test('a file that was replaced or cut under the worker is read again before lines are added', async (t) => {
  const { files, path, keys } = await opened(t)
  await files.append([line('a'), line('b')])
  writeFileSync(path, `${textOf('b')}\n`)
  await files.append([line('a'), line('b')])
  assert.deepEqual(keys(), ['b', 'a'])
  const copy = readFileSync(path)
  rmSync(path)
  writeFileSync(path, copy)
  await files.append([line('a'), line('c')])
  assert.deepEqual(keys(), ['b', 'a', 'c'])
})

test('a second process is refused as long as the first one uses the folder', async (t) => {
  const { files, folder } = await opened(t)
  await assert.rejects(openPushFiles(folder), {
    name: 'UsageError',
    message: `process ${process.pid} writes to ${folder}: give each process a PUSH_AUTHOR_LOG_DIR of its own`,
  })
  await files.close()
  await (await openPushFiles(folder)).close()
})

test('only the owner can read the folder and the files that are created', async (t) => {
  const folder = join(folderFor(t), 'pushes')
  const { files, path } = await opened(t, folder)
  await files.append([line('a')])
  assert.deepEqual(
    [folder, path].map((each) => (statSync(each).mode & 0o777).toString(8)),
    ['700', '600'],
  )
})

const update = { source_event: 'repository_update' } as const
const filesOf = (folder: string) => {
  const lines = (ending: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort()
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as PushLine)
  return { pushes: lines('.ndjson'), repeats: lines('.repeats') }
}

test('hooks that report the same push are one line, and the others are kept as repeats', async (t) => {
  const { files, folder } = await opened(t)
  const push = linesOfMoves('A B, B A, A B')
  const others = [...linesOfMoves('A B, B A, A B', update, 3), ...linesOfMoves('A B', { source: 'group' }, 9)]
  await files.append([...push, ...others])
  const { pushes, repeats } = filesOf(folder)
  assert.deepEqual(pushes, push)
  assert.deepEqual(
    repeats,
    others.map((each) => ({ ...each, order: 'separate' })),
  )
})

test('a hook that tells more and comes later adds a line', async (t) => {
  const { files, folder } = await opened(t)
  const [first, second] = [updateLine({ delivery_id: 'first' }), pushLine({ delivery_id: 'second' })]
  await files.append([first])
  await files.append([second, pushLine({ delivery_id: 'third', source: 'group' })])
  assert.deepEqual(filesOf(folder).pushes, [first, second])
})

test('a line of another person never adds to the line of a push', async (t) => {
  const { files, folder } = await opened(t)
  await files.append([updateLine({ delivery_id: 'first' })])
  await files.append([pushLine({ delivery_id: 'second', user_id: 9 })])
  assert.equal(filesOf(folder).pushes.length, 1)
})

test('a new process goes on where the one before has ended', async (t) => {
  const lines = [
    ...linesOfMoves('A B, B A', update),
    ...linesOfMoves('A B, B A', {}, 2),
    ...linesOfMoves('A B, A B, B A', { source: 'group' }, 4),
    ...linesOfMoves('A B', update, 7),
    ...linesOfMoves('A B', {}, 8),
  ]
  const whole = await opened(t)
  await whole.files.append(lines)
  const parts = folderFor(t)
  for (const each of lines) {
    const { files } = await opened(t, parts)
    await files.append([each])
    await files.append(lines.slice(0, lines.indexOf(each)))
    await files.close()
  }
  assert.deepEqual(filesOf(parts), filesOf(whole.folder))
  assert.equal(filesOf(parts).pushes.length, 6)
})

test('hooks that report one push before and after midnight are one line', async (t) => {
  const folder = folderFor(t)
  const first = pushLine({ pushed_at: '2026-06-01T23:59:59.000Z' })
  const second = updateLine({ pushed_at: '2026-06-02T00:00:01.000Z', delivery_id: 'update' })
  for (const each of [first, second]) {
    const { files } = await opened(t, folder)
    await files.append([each])
    await files.close()
  }
  const { pushes, repeats } = filesOf(folder)
  assert.deepEqual([pushes, repeats.length], [[first], 1])
})

test('a push that leaves its ref in place is a suspected test, until another hook reports it', async (t) => {
  const { files, folder } = await opened(t)
  const clicker = { user_id: 9, user_username: 'clicker' }
  await files.append([...linesOfMoves('A B, B C'), ...linesOfMoves('A C', clicker, 2)])
  assert.deepEqual(
    filesOf(folder).pushes.map(({ suspected_test }) => suspected_test),
    [false, false, true],
  )
  await files.append(linesOfMoves('A C', update, 3))
  assert.equal(filesOf(folder).pushes.at(-1)?.suspected_test, false)
})
