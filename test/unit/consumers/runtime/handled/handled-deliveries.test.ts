import assert from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  forgetHandledDeliveries,
  openHandledDeliveries,
} from '../../../../../consumers/runtime/handled/handled-deliveries.ts'
import { UsageError } from '../../../../../lib/errors.ts'

const dayMs = 86_400_000

/** A memory of seven days, and its clock. */
const folderFor = (t: TestContext) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'handled-')), 'a', 'worker')
  t.after(() => rmSync(join(folder, '../..'), { recursive: true }))
  const clock = { days: 0 }
  const open = async () => {
    const handled = await openHandledDeliveries(folder, 7, () => clock.days * dayMs)
    t.after(() => handled.close())
    return handled
  }
  const files = () => readdirSync(folder).filter((name) => name.endsWith('.ndjson'))
  const linesOnDisk = () =>
    files().flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean))
  return { folder, clock, open, files, linesOnDisk }
}

test('keys are on disk when the promise resolves, and the next process knows them', async (t) => {
  const { open, linesOnDisk } = folderFor(t)
  const first = await open()
  const writing = [first.remember(['a']), first.remember(['b'])]
  await Promise.resolve() // it writes by now
  writing.push(first.remember(['c']))
  await Promise.all(writing)
  assert.deepEqual(linesOnDisk(), ['a', 'b', 'c'])
  await first.close()
  const second = await open()
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => second.has(key)),
    [true, true, true, false],
  )
})

test('a key is known for the configured days, and there are never more than two files', async (t) => {
  const { clock, open, files, linesOnDisk } = folderFor(t)
  let handled = await open()
  for (let day = 0; day <= 60; day++) {
    clock.days = day
    await handled.remember([`day ${day}`])
    for (let age = 0; age <= Math.min(day, 7); age++)
      assert.ok(handled.has(`day ${day - age}`), `on day ${day}, ${age} days old`)
    for (let past = 0; past < day - 14; past++)
      assert.ok(!handled.has(`day ${past}`), `day ${past} on day ${day}`)
    assert.ok(files().length <= 2)
    if (day % 5 !== 0) continue
    await handled.close()
    handled = await open()
  }
  assert.ok(linesOnDisk().length <= 15)
})

test('nothing is forgotten when the clock goes back', async (t) => {
  const { clock, open } = folderFor(t)
  clock.days = 100
  const handled = await open()
  await handled.remember(['a'])
  clock.days = 107
  await handled.remember(['b'])
  clock.days = 1
  await handled.remember(['c'])
  await handled.close()
  const next = await open()
  assert.ok(['a', 'b', 'c'].every(next.has))
})

test('a generation also ends with a number of keys, so that memory stays bounded', async (t) => {
  const { open, files, linesOnDisk } = folderFor(t)
  const handled = await open()
  for (let start = 0; start < 350_000; start += 1000)
    await handled.remember(Array.from({ length: 1000 }, (_, index) => `key ${start + index}`))
  assert.equal(files().length, 2)
  assert.ok(linesOnDisk().length <= 200_000)
  assert.ok(handled.has('key 349999') && handled.has('key 250000'))
  assert.ok(!handled.has('key 0'))
})

test('a line that a crash cut in the middle is removed', async (t) => {
  const { folder, open, files, linesOnDisk } = folderFor(t)
  const first = await open()
  await first.remember(['whole'])
  await first.close()
  appendFileSync(join(folder, String(files()[0])), 'torn')
  const second = await open()
  assert.ok(!second.has('torn'))
  await second.remember(['next'])
  assert.deepEqual(linesOnDisk(), ['whole', 'next'])
})

test('keys that cannot be written are known all the same, and are written with the next ones', async (t) => {
  const { folder, clock, open, files, linesOnDisk } = folderFor(t)
  const handled = await open()
  await handled.remember(['a'])
  clock.days = 8
  // A folder in the place of the file that is to be begun.
  mkdirSync(join(folder, `${8 * dayMs}.ndjson`))
  await assert.rejects(handled.remember(['b']), { code: 'EISDIR' })
  assert.ok(handled.has('a') && handled.has('b'))
  await assert.rejects(handled.remember([]), { code: 'EISDIR' })
  rmdirSync(join(folder, `${8 * dayMs}.ndjson`))
  await handled.remember([])
  assert.deepEqual(linesOnDisk().toSorted(), ['a', 'b'])
  assert.equal(files().length, 2)
})

test('the file is opened again after a failed write', async (t) => {
  const { folder, open, files, linesOnDisk } = folderFor(t)
  const handled = await open()
  await handled.remember(['a'])
  const path = join(folder, String(files()[0]))
  closeSync(Number(readdirSync('/proc/self/fd').find((fd) => isLinkTo(`/proc/self/fd/${fd}`, path))))
  await assert.rejects(handled.remember(['b']), { code: 'EBADF' })
  await handled.remember(['c'])
  assert.deepEqual(linesOnDisk(), ['a', 'b', 'c'])
})

const isLinkTo = (link: string, path: string): boolean => {
  try {
    return readlinkSync(link) === path
  } catch {
    return false // the one that listed them is closed
  }
}

test('a second process in the same folder is refused with a sentence that says what to do', async (t) => {
  const { open } = folderFor(t)
  const first = await open()
  await assert.rejects(
    open(),
    (error) => error instanceof UsageError && /its own BRIDGE_DATA_DIR/.test(error.message),
  )
  await first.close()
  await open()
})

test('the folder is free again when the memory could not be opened', async (t) => {
  const { folder, open } = folderFor(t)
  const inTheWay = join(folder, '5.ndjson')
  mkdirSync(inTheWay, { recursive: true })
  await assert.rejects(open(), { code: 'EISDIR' })
  rmdirSync(inTheWay)
  await open()
})

test('forgotten deliveries are unknown, and forgetting works on an empty memory too', async (t) => {
  const { folder, open } = folderFor(t)
  await forgetHandledDeliveries(folder)
  const handled = await open()
  await handled.remember(['a'])
  await handled.close()
  await forgetHandledDeliveries(folder)
  assert.ok(!(await open()).has('a'))
})

test('when the file was removed, all keys of its generation are written to a new one', async (t) => {
  const { folder, open, files, linesOnDisk } = folderFor(t)
  const handled = await open()
  await handled.remember(['a'])
  for (const name of files()) rmSync(join(folder, name))
  await assert.rejects(handled.remember(['b']), { name: 'ReplacedFileError' })
  await handled.remember(['c'])
  assert.deepEqual(linesOnDisk(), ['a', 'b', 'c'])
})
