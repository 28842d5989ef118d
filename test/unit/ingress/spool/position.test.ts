import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeNote } from '../../../../ingress/spool/checked-note.ts'
import { newAccount } from '../../../../ingress/spool/find-missing.ts'
import { encodeFrame, sealFrame } from '../../../../ingress/spool/frame.ts'
import { type Position, readStart, writePosition } from '../../../../ingress/spool/position.ts'
import { encodeLength } from '../../../../ingress/spool/segment-length.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { hookOf } from '../../../helpers/faults/spool-on-disk.ts'

const [first, second] = ['000000000001', '000000000002']
const mark = 77
const frame = sealFrame(encodeFrame(hookOf('a')), { mark, index: 0 })
const positionAt = (at: number, segment = first): Position => ({
  segment,
  at,
  account: { ...newAccount, nextIndex: 1, mark },
})

/** A disk with some segments of one hook each, and a note. */
const diskWith = async (segments: readonly string[], note?: string) => {
  const folder = createForgetfulDisk().mount()
  for (const segment of segments) {
    const file = await folder.create(segment)
    await file.append([frame])
    await file.writeLength(encodeLength({ mark, bytes: frame.length, records: 1 }))
  }
  if (note !== undefined) await folder.writeNote(note)
  return folder
}

test('an empty folder starts at the beginning', async () => {
  assert.deepEqual(await readStart(await diskWith([])), {
    segments: [],
    position: undefined,
    noteFault: undefined,
    lastSegment: undefined,
  })
})

test('a noted position is read again', async () => {
  const folder = await diskWith([first, second])
  await writePosition(folder, positionAt(frame.length))
  assert.deepEqual(await readStart(folder), {
    segments: [first, second],
    position: positionAt(frame.length),
    noteFault: undefined,
    lastSegment: second,
  })
})

test('the name of a segment that is gone is never used again', async () => {
  const folder = await diskWith([second])
  await writePosition(folder, positionAt(17, '000000000007'))
  const { position, noteFault, lastSegment } = await readStart(folder)
  assert.deepEqual([position, noteFault, lastSegment], [undefined, undefined, '000000000007'])
})

test('a note without a valid position is not believed, and this is said', async () => {
  for (const note of [
    '',
    'no JSON',
    'null',
    '{}',
    '{"segment":1,"at":5}',
    '{"segment":"000000000001","at":-1}',
    // Of a version without checksums.
    `{"segment":"000000000001","at":${frame.length}}`,
    encodeNote({ segment: first, at: frame.length, nextIndex: 1, damaged: 0, mark }).replace(
      `"at":${frame.length}`,
      `"at":${frame.length - 1}`,
    ),
  ]) {
    const { position, noteFault } = await readStart(await diskWith([first], note))
    assert.deepEqual(
      [position, noteFault],
      [undefined, 'it is damaged, or was written by another version'],
      note,
    )
  }
})

test('a sound note that does not fit to its segment is not believed', async () => {
  const folder = await diskWith([first])
  await writePosition(folder, positionAt(frame.length + 1))
  assert.equal((await readStart(folder)).noteFault, 'it names a place after the end of the segment')
  const other = positionAt(frame.length)
  await writePosition(folder, { ...other, account: { ...other.account, mark: mark + 1 } })
  const { position, noteFault } = await readStart(folder)
  assert.deepEqual([position, noteFault], [undefined, 'the segment has been changed since it was written'])
})

test('a position that cannot be noted is no error', async () => {
  const disk = createForgetfulDisk()
  disk.fail('writeNote', 'ENOSPC')
  await writePosition(disk.mount(), positionAt(17))
})
