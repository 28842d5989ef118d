import assert from 'node:assert/strict'
import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { watchFiles } from '../../../../lib/disk/watch-files.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(folder, { recursive: true, force: true }))
let made = 0
const fileWith = (text: string): string => {
  const file = join(folder, String(++made))
  writeFileSync(file, text)
  return file
}

/**
 * A watched text. `duringRead` is called when it has been read, and `poll` lets the time of one poll pass.
 */
const watching = (t: TestContext, file: string, duringRead: (text: string) => void = () => {}) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { logger, lines } = recordingLogger()
  const readings: string[] = []
  const read = () => {
    const text = readFileSync(file, 'utf8')
    duringRead(text)
    if (text.startsWith('bad')) throw new Error(`cannot use ${text}`)
    return { value: text, files: [file] }
  }
  const watched = watchFiles({
    name: 'credentials',
    read,
    onRead: (text) => void readings.push(text),
    logger,
  })
  t.after(() => watched.close())
  return { watched, readings, lines, poll: () => t.mock.timers.tick(2000) }
}
/** Runs the action the first time that the text is read. */
const once = (wanted: string, action: () => void) => {
  let isDone = false
  return (text: string) => {
    if (text !== wanted || isDone) return
    isDone = true
    action()
  }
}

test('a file that changes while it is read at the start is read again', (t) => {
  const file = fileWith('one')
  const { watched, readings } = watching(
    t,
    file,
    once('one', () => writeFileSync(file, 'two')),
  )
  assert.equal(watched.current(), 'two')
  assert.deepEqual(readings, ['two'])
})

test('a file that changes while it is read is read again, and no text in between is used', (t) => {
  const file = fileWith('one')
  const { watched, readings, poll } = watching(
    t,
    file,
    once('two', () => writeFileSync(file, 'three')),
  )
  writeFileSync(file, 'two')
  poll()
  assert.equal(watched.current(), 'three')
  assert.deepEqual(readings, ['one', 'three'])
})

test('a file that changes during every reading is used as it is, and read again with the next poll', (t) => {
  const file = fileWith('0')
  let isChanging = true
  const { watched, poll } = watching(t, file, (text) => {
    if (isChanging) writeFileSync(file, String(Number(text) + 1))
  })
  isChanging = false
  assert.notEqual(watched.current(), readFileSync(file, 'utf8'))
  poll()
  assert.equal(watched.current(), readFileSync(file, 'utf8'))
})

test('a change that keeps length and time of modification is noticed', (t) => {
  const file = fileWith('one')
  utimesSync(file, 1000, 1000)
  const { watched, poll } = watching(t, file)
  writeFileSync(file, 'two')
  utimesSync(file, 1000, 1000)
  poll()
  assert.equal(watched.current(), 'two')
})

test('an error is logged again only if it changes; a file that is valid again is used', (t) => {
  const file = fileWith('one')
  const { watched, readings, lines, poll } = watching(t, file)
  for (const text of ['bad', 'bad', 'bad as well', 'bad as well', 'one', 'one']) {
    writeFileSync(file, text)
    poll()
    assert.equal(watched.current(), 'one')
  }
  assert.deepEqual(
    lines.map(({ level, message, fields }) => [level, message, fields.error]),
    [
      ['error', 'the changed credentials cannot be used, the old ones stay in use', 'cannot use bad'],
      ['error', 'the changed credentials cannot be used, the old ones stay in use', 'cannot use bad as well'],
      ['info', 'the credentials have changed and were read again', undefined],
    ],
  )
  assert.deepEqual(readings, ['one', 'one'])
})

test('files that cannot be used at the start throw', (t) => {
  assert.throws(() => watching(t, fileWith('bad')), /cannot use bad/)
})

test('once closed, nothing is read any more', (t) => {
  const file = fileWith('one')
  const { watched, readings, poll } = watching(t, file)
  watched.close()
  writeFileSync(file, 'two')
  poll()
  assert.deepEqual(readings, ['one'])
})
