// A start with hooks that an earlier process left.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { appendAll, drainAll, hookOf, never, openOn } from '../../../helpers/faults/spool-on-disk.ts'

/** A disk with one hook in each segment. The process that wrote them is gone. */
const leftBehind = async (hooks: number) => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk, { segmentBytes: 1 })
  for (let number = 0; number < hooks; number++)
    await spool.append({ ...hookOf(`old ${number}`), receivedAt: number + 5 })
  disk.crash('everything')
  const ids = Array.from({ length: hooks }, (_, number) => `old ${number}`)
  return { disk, ids, reads: () => disk.calls.filter((call) => call.startsWith('read')).length }
}

test('a start does not wait for the count of old hooks; they count as waiting and come first', async () => {
  const { disk, ids, reads } = await leftBehind(50)
  const bytes = disk.bytesOnDisk()
  const spool = await openOn(disk)
  assert.ok(reads() <= 2, `${reads()} reads`)
  assert.deepEqual(
    [spool.state.records > 0, spool.state.bytes, spool.state.oldestReceivedAt],
    [true, bytes, 5],
  )

  const peeking = spool.peek(never)
  for (const id of ['new 1', 'new 2']) {
    await spool.append(hookOf(id))
    assert.ok(disk.segments.has('000000000001'), 'nothing leaves before it is counted')
    assert.ok(spool.state.records < 52)
  }
  await peeking
  assert.deepEqual(
    [spool.state.records, spool.state.bytes, spool.state.oldestReceivedAt],
    [52, disk.bytesOnDisk(), 5],
  )
  assert.deepEqual(await drainAll(spool), [...ids, 'new 1', 'new 2'])
  assert.deepEqual([spool.state.bytes, disk.segments.size], [0, 0])
})

test('counting stops on the signal or a disk failure, and continues where it was', async () => {
  const { disk, ids, reads } = await leftBehind(50)
  const spool = await openOn(disk)
  const giveUp = new AbortController()
  const peeking = spool.peek(giveUp.signal)
  giveUp.abort()
  assert.deepEqual(await peeking, [])
  assert.ok(reads() <= 4, `${reads()} reads`)

  disk.fail('read', 'ENOSPC')
  await assert.rejects(spool.peek(never), /ENOSPC/)
  await spool.peek(never)
  assert.equal(spool.state.records, 50)
  assert.deepEqual(await drainAll(spool), ids)
})

test('in a segment that is partly drained, only the rest waits', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  await appendAll(spool, 'a', 'b')
  await spool.peek(never)
  await appendAll(spool, 'c')
  await spool.advance()
  disk.crash('everything')
  const again = await openOn(disk)
  assert.deepEqual(
    [again.state.records, again.state.bytes, again.state.passedBytes],
    [1, disk.bytesOnDisk() / 3, (disk.bytesOnDisk() / 3) * 2],
  )
  await disk.mount().writeNote('{"segment":"000000000001","at":99999}')
  assert.deepEqual(await drainAll(await openOn(disk)), ['a', 'b', 'c'], 'a wrong note hides no hook')
})
