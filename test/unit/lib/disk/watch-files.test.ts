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

/** A watched text, whatever `meddle` does once it is read, and a clock that looks at its files when told to. */
const watching = (t: TestContext, file: string, meddle: (text: string) => void = () => {}) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { logger, lines } = recordingLogger()
  const readings: string[] = []
  const read = () => {
    const text = readFileSync(file, 'utf8')
    meddle(text)
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
  return { watched, readings, lines, look: () => t.mock.timers.tick(2000) }
}
/** Does it the first time a text is read. */
const once = (wanted: string, action: () => void) => {
  let isDone = false
  return (text: string) => {
    if (text !== wanted || isDone) return
    isDone = true
    action()
  }
}

test('a file that is written anew while it is read at the start is read again', (t) => {
  const file = fileWith('one')
  const { watched, readings } = watching(
    t,
    file,
    once('one', () => writeFileSync(file, 'two')),
  )
  assert.equal(watched.current(), 'two')
  assert.deepEqual(readings, ['two'])
})

test('a file that is written anew while it is read after a change is read again, and the text between is never used', (t) => {
  const file = fileWith('one')
  const { watched, readings, look } = watching(
    t,
    file,
    once('two', () => writeFileSync(file, 'three')),
  )
  writeFileSync(file, 'two')
  look()
  assert.equal(watched.current(), 'three')
  assert.deepEqual(readings, ['one', 'three'])
})

test('a file that changes whenever it is read is used as it is, and looked at again', (t) => {
  const file = fileWith('0')
  let isRestless = true
  const { watched, look } = watching(t, file, (text) => {
    if (isRestless) writeFileSync(file, String(Number(text) + 1))
  })
  isRestless = false
  assert.notEqual(watched.current(), readFileSync(file, 'utf8'))
  look()
  assert.equal(watched.current(), readFileSync(file, 'utf8'))
})

test('a change of the same length at the same time is one', (t) => {
  const file = fileWith('one')
  utimesSync(file, 1000, 1000)
  const { watched, look } = watching(t, file)
  writeFileSync(file, 'two')
  utimesSync(file, 1000, 1000)
  look()
  assert.equal(watched.current(), 'two')
})

test('what cannot be used is said once and again when it is another, and what is right again is used though it is the old text', (t) => {
  const file = fileWith('one')
  const { watched, readings, lines, look } = watching(t, file)
  for (const text of ['bad', 'bad', 'bad as well', 'bad as well', 'one', 'one']) {
    writeFileSync(file, text)
    look()
    assert.equal(watched.current(), 'one')
  }
  assert.deepEqual(
    lines.map(({ level, message, fields }) => [level, message, fields.error]),
    [
      ['error', 'changed credentials cannot be used, the old ones stay', 'cannot use bad'],
      ['error', 'changed credentials cannot be used, the old ones stay', 'cannot use bad as well'],
      ['info', 'credentials read again', undefined],
    ],
  )
  assert.deepEqual(readings, ['one', 'one'])
})

test('what cannot be used at the start is thrown, and nobody watches', (t) => {
  assert.throws(() => watching(t, fileWith('bad')), /cannot use bad/)
})

test('once closed it looks no more', (t) => {
  const file = fileWith('one')
  const { watched, readings, look } = watching(t, file)
  watched.close()
  writeFileSync(file, 'two')
  look()
  assert.deepEqual(readings, ['one'])
})
