// What a spool keeps over a power failure and a restart.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { appendAll, drainAll, hookOf, never, openOn } from '../../../helpers/faults/spool-on-disk.ts'

test('an appended hook survives a power failure that loses all unsynced bytes', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  await appendAll(spool, 'a', 'b')
  const unanswered = spool.append(hookOf('c')).then(
    () => assert.fail('nobody is answered after the power failed'),
    () => 'rejected',
  )
  disk.crash('nothing')
  assert.equal(await unanswered, 'rejected')
  assert.deepEqual(await drainAll(await openOn(disk)), ['a', 'b'])
})

test('no append resolves before the sync that covers it', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  const order: string[] = []
  await Promise.all(
    ['a', 'b', 'c'].map((id) =>
      spool
        .append(hookOf(id))
        .then(() => order.push(`${id} after ${disk.calls.filter((call) => call.startsWith('sync')).length}`)),
    ),
  )
  assert.deepEqual(order, ['a after 1', 'b after 2', 'c after 2'])
})

test('hooks that arrive while the disk syncs are written and synced together', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  await appendAll(spool, ...Array.from({ length: 100 }, (_, index) => String(index)))
  assert.equal(disk.calls.filter((call) => call.startsWith('sync')).length, 2)
})

test('a power failure at any change of the disk loses no hook that was answered', async () => {
  for (const remains of ['nothing', 'half', 'zeros', 'everything'] as const) {
    for (let change = 1; change < 60; change++) {
      const disk = createForgetfulDisk()
      disk.crashAt(change, remains)
      const answered: string[] = []
      const delivered: string[] = []
      const live = async () => {
        const spool = await openOn(disk, { segmentBytes: 150 })
        for (const round of ['a', 'b', 'c', 'd']) {
          for (const id of [1, 2, 3].map((number) => round + number)) {
            await spool.append(hookOf(id))
            answered.push(id)
          }
          if (round === 'a') continue
          delivered.push(...(await spool.peek(never)).map(({ id }) => id))
          await spool.advance()
        }
      }
      await live().catch(() => undefined)
      disk.crash(remains, change % 2 === 0)
      const after = await drainAll(await openOn(disk))
      const lost = answered.filter((id) => !after.includes(id) && !delivered.includes(id))
      assert.deepEqual(lost, [], `${remains} of the unsynced is left by a power failure at change ${change}`)
    }
  }
})

test('a segment is deleted once all of its hooks have left, and not before', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk, { segmentBytes: 1 })
  for (const id of ['a', 'b', 'c']) await spool.append(hookOf(id))
  assert.equal(disk.segments.size, 3)
  await spool.peek(never)
  assert.equal(disk.segments.size, 3)
  await spool.advance()
  assert.deepEqual([...disk.segments.keys()].sort(), ['000000000002', '000000000003'])
  await drainAll(spool)
  assert.equal(disk.segments.size, 0)
})

test('a drained hook does not hide a hook that a later process wrote at the same place', async () => {
  const disk = createForgetfulDisk()
  const first = await openOn(disk)
  await appendAll(first, 'a', 'b')
  await drainAll(first)
  disk.crash('everything')
  const second = await openOn(disk)
  await second.append(hookOf('c'))
  disk.crash()
  assert.deepEqual(await drainAll(await openOn(disk)), ['c'])
})

test('if the note of the position is lost or wrong, hooks come twice and none is missing', async () => {
  for (const note of [
    undefined,
    '',
    'no JSON',
    '{}',
    '{"segment":"000000000001"}',
    '{"segment":1,"at":5}',
    '{"segment":"000000000001","at":-4}',
    'null',
  ]) {
    const disk = createForgetfulDisk()
    const spool = await openOn(disk)
    await appendAll(spool, 'a', 'b')
    const folder = disk.mount()
    if (note !== undefined) await folder.writeNote(note)
    assert.deepEqual(await drainAll(await openOn(disk)), ['a', 'b'], `note: ${note}`)
  }
})
