import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPieceReader } from '../../../../ingress/spool/piece-reader.ts'
import { createForgetfulDisk, type ForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'

const segment = '000000000001'
const diskWith = async (bytes: Buffer) => {
  const disk = createForgetfulDisk()
  const file = await disk.mount().create(segment)
  await file.append([bytes])
  return disk
}
/** What each of some reads of the whole segment led to. */
const readAgainAndAgain = async (disk: ForgetfulDisk, maxFailures: number, times: number) => {
  const read = createPieceReader(disk.mount(), maxFailures)
  const results: (number | string)[] = []
  for (let time = 0; time < times; time++)
    results.push(
      await read(segment, 0, 10_000).then(
        ({ length }) => length,
        (error: NodeJS.ErrnoException) => String(error.code),
      ),
    )
  return results
}

test('unreadable bytes are given up after some failures in a row', async () => {
  const disk = await diskWith(Buffer.alloc(10_000))
  disk.damage(segment, 5000, 5001)
  assert.deepEqual(await readAgainAndAgain(disk, 2, 4), ['EIO', 'EIO', 4096, 4096])
})

test('a success in between starts the count again', async () => {
  const disk = await diskWith(Buffer.alloc(10_000))
  const read = createPieceReader(disk.mount(), 2)
  for (let round = 0; round < 3; round++) {
    disk.fail('read', 'EIO', 2)
    for (let time = 0; time < 2; time++) await assert.rejects(read(segment, 0, 10_000), /EIO/)
    assert.equal((await read(segment, 0, 10_000)).length, 10_000)
  }
})

test('an error that does not mean lost bytes is never given up on', async () => {
  const disk = await diskWith(Buffer.alloc(10))
  disk.fail('read', 'ENOSPC', 5)
  assert.deepEqual(await readAgainAndAgain(disk, 2, 6), [...Array(5).fill('ENOSPC'), 10])
})
