import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStart, writePosition } from '../../../../ingress/spool/position.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'

/** A disk with some segments and a note. */
const diskWith = async (segments: readonly string[], note?: string) => {
  const folder = createForgetfulDisk().mount()
  for (const segment of segments) await folder.create(segment)
  if (note !== undefined) await folder.writeNote(note)
  return folder
}

test('an empty folder starts at the beginning', async () => {
  assert.deepEqual(await readStart(await diskWith([])), {
    segments: [],
    position: undefined,
    lastSegment: undefined,
  })
})

test('a noted position is read again', async () => {
  const folder = await diskWith(['000000000001', '000000000002'])
  await writePosition(folder, { segment: '000000000001', at: 17 })
  assert.deepEqual(await readStart(folder), {
    segments: ['000000000001', '000000000002'],
    position: { segment: '000000000001', at: 17 },
    lastSegment: '000000000002',
  })
})

test('the name of a segment that is gone is never used again', async () => {
  const folder = await diskWith(['000000000002'], '{"segment":"000000000007","at":17}')
  const { position, lastSegment } = await readStart(folder)
  assert.deepEqual([position, lastSegment], [undefined, '000000000007'])
})

test('a note without a valid position is ignored', async () => {
  for (const note of [
    '',
    'no JSON',
    'null',
    '{}',
    '{"segment":1,"at":5}',
    '{"segment":"000000000001","at":-1}',
  ]) {
    const { position } = await readStart(await diskWith(['000000000001'], note))
    assert.equal(position, undefined, note)
  }
})

test('a position that cannot be noted is no error', async () => {
  const disk = createForgetfulDisk()
  disk.fail('writeNote', 'ENOSPC')
  await writePosition(disk.mount(), { segment: '000000000001', at: 17 })
})
