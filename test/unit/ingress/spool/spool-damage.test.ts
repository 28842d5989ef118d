// Whatever happens to the files of a spool: hooks outside of the damaged bytes are published, and every
// hook inside of them is counted, logged and listed.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { encodeFrame } from '../../../../ingress/spool/frame.ts'
import {
  checkRandomDamage,
  createSpooledFiles,
  drainFiles,
  hooksIn,
  spooledHooks,
} from '../../../helpers/faults/damaged-spool.ts'
import { placesIn } from '../../../helpers/faults/spool-damage.ts'
import type { SpoolFiles } from '../../../helpers/faults/spool-files.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

/** As many as CI has time for. The soak test has 1,000. */
const runs = Number(process.env.BRIDGE_TEST_RUNS ?? 200)

/** A spool of several segments, of which the newest was not closed, and what becomes of changed files. */
const createSpool = async (t: TestContext) => {
  const folder = await temporaryFolder(t)
  const { files, waiting } = await createSpooledFiles(join(folder, 'original'))
  const segments = [...files.keys()].filter((name) => name.endsWith('.spool')).sort()
  const change = async (changeFiles: (changed: SpoolFiles) => void) => {
    const changed = new Map(files)
    changeFiles(changed)
    const drained = await drainFiles(join(folder, 'damaged'), changed)
    return { ...drained, lost: waiting.filter((id) => !drained.published.includes(id)) }
  }
  const contentOf = (file = '') => files.get(file) ?? assert.fail(file)
  return { files, waiting, segments, newest: segments.at(-1) ?? '', contentOf, change }
}

test(`${runs} random damages: no sound hook is lost, and every other one is counted and named`, async (t) => {
  const folder = await temporaryFolder(t)
  const spool = await createSpooledFiles(join(folder, 'original'))
  assert.equal(placesIn(spool.files).length, spooledHooks.length)
  for (let run = 0; run < runs; run++) await checkRandomDamage(join(folder, 'damaged'), spool, run)
})

test('without damage, nothing is counted and each waiting hook is published once', async (t) => {
  const { change, waiting } = await createSpool(t)
  const { published, setAside, rows, lines } = await change(() => {})
  assert.deepEqual([published, setAside, hooksIn(rows)], [waiting, 0, 0])
  assert.deepEqual(
    lines.filter(({ level, fields }) => level === 'error' || fields.fault !== undefined),
    [],
  )
})

test('a segment that lost its last byte or its second half is reported with its lost hooks', async (t) => {
  const { files, segments, newest, contentOf, change } = await createSpool(t)
  for (const file of [segments[1] ?? '', newest]) {
    const content = contentOf(file)
    for (const size of [content.length - 1, Math.floor(content.length / 2)]) {
      const cut = placesIn(files).filter((place) => place.file === file && place.end > size)
      const { lost, setAside, rows, lines } = await change((changed) =>
        changed.set(file, content.subarray(0, size)),
      )
      assert.deepEqual(
        lost,
        cut.map(({ id }) => id),
      )
      assert.deepEqual([setAside, hooksIn(rows)], [lost.length, lost.length], `${file} cut to ${size}`)
      const errors = lines.filter(({ level }) => level === 'error')
      assert.equal(hooksIn(errors.map(({ fields }) => fields)), lost.length)
      assert.equal(`${errors[0]?.fields.segment}.spool`, file)
    }
  }
})

test('a segment that is cut after a whole hook, or deleted, is reported, even the newest', async (t) => {
  const { files, segments, newest, contentOf, change } = await createSpool(t)
  for (const file of [segments[1] ?? '', newest]) {
    const ids = placesIn(files).filter((place) => place.file === file)
    const size = ids[0]?.end
    const cut = await change((changed) => changed.set(file, contentOf(file).subarray(0, size)))
    assert.deepEqual([cut.lost.length, cut.setAside, hooksIn(cut.rows)], Array(3).fill(ids.length - 1))
    const deleted = await change((changed) => changed.delete(file))
    assert.deepEqual(
      [deleted.lost.length, deleted.setAside, hooksIn(deleted.rows)],
      Array(3).fill(ids.length),
    )
    const [row] = deleted.rows.filter(({ state }) => state === 'missing')
    assert.equal(row?.place, `${file}@0`)
  }
})

test('a note that names a wrong place hides no hook, and this is logged', async (t) => {
  const { files, segments, newest, change } = await createSpool(t)
  const note = String(files.get('drained.json'))
  const last = newest.replace('.spool', '')
  for (const wrong of [
    note.replace(/"at":\d+/, '"at":999999'),
    note.replace(/"at":\d+/, '"at":0'),
    JSON.stringify({ segment: last, at: 999_999 }),
    JSON.stringify({ segment: segments[1]?.replace('.spool', ''), at: 1500 }),
    '',
  ]) {
    const { lost, setAside, lines, rows } = await change((changed) =>
      changed.set('drained.json', Buffer.from(wrong)),
    )
    assert.deepEqual([lost, setAside], [[], 0], wrong)
    assert.ok(
      lines.some(({ level, fields }) => level === 'warn' && typeof fields.fault === 'string'),
      wrong,
    )
    assert.ok(rows.some(({ place, state }) => place === 'drained.json' && state === 'corrupt'))
  }
})

test('bytes that were being written when the process died are no damage', async (t) => {
  const { newest, contentOf, change } = await createSpool(t)
  const half = encodeFrame(spooledHooks[0] ?? assert.fail()).subarray(0, 60)
  const { lost, setAside, rows, lines } = await change((changed) =>
    changed.set(newest, Buffer.concat([contentOf(newest), half])),
  )
  assert.deepEqual([lost, setAside], [[], 0])
  assert.deepEqual(rows.at(-1)?.state, 'torn')
  assert.ok(lines.some(({ level, fields }) => level === 'info' && fields.start === contentOf(newest).length))
})

test('a whole frame in the body of a damaged hook is not taken for a hook', async (t) => {
  const { segments, contentOf, change, files } = await createSpool(t)
  const [file] = segments.slice(1)
  const [place] = placesIn(files).filter((each) => each.file === file)
  assert.ok(file && place)
  const inner = encodeFrame({ ...(spooledHooks[0] ?? assert.fail()), id: 'forged', body: Buffer.alloc(0) })
  const changed = Buffer.from(contentOf(file))
  assert.ok(inner.copy(changed, place.start + 120) > 0 && place.start + 120 + inner.length < changed.length)
  const { published } = await change((all) => all.set(file, changed))
  assert.ok(!published.includes('forged'))
})

test('a spool of the format without marks is read', async (t) => {
  const { change } = await createSpool(t)
  const oldFrame = (frame: Buffer) => {
    const payload = frame.subarray(24)
    const header = Buffer.alloc(16)
    header.write('GKB1')
    header.writeUInt32BE(payload.length, 4)
    header.writeUInt32BE(crc32(payload), 8)
    header.writeUInt32BE(crc32(header.subarray(0, 12)), 12)
    return Buffer.concat([header, payload])
  }
  const old = spooledHooks.slice(0, 5)
  const { published, setAside } = await change((changed) => {
    changed.clear()
    changed.set('000000000003.spool', Buffer.concat(old.map((hook) => oldFrame(encodeFrame(hook)))))
    changed.set('drained.json', Buffer.from('{"segment":"000000000002","at":17}'))
  })
  assert.deepEqual([published, setAside], [old.map(({ id }) => id), 0])
})
