// The limit of a spool, and how it reports that it is full.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RetriableError } from '../../../../lib/errors.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { drainAll, hookOf, never, openOn } from '../../../helpers/faults/spool-on-disk.ts'

test('a full spool refuses hooks and reports it; once drained, it accepts hooks again', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk, { maxBytes: 300 })
  await spool.append(hookOf('a', 100))
  await assert.rejects(
    spool.append(hookOf('b', 200)),
    (error) => error instanceof RetriableError && /full/.test(error.message),
  )
  assert.equal(spool.state.lastFailure, 'full')
  assert.deepEqual(await drainAll(spool), ['a'])
  assert.equal(spool.state.lastFailure, null)
  await spool.append(hookOf('b', 100))
  assert.deepEqual(await drainAll(spool), ['b'])
})

test('the limit also holds after a restart, and for hooks that arrive together', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk, { maxBytes: 1000 })
  await Promise.allSettled(Array.from({ length: 20 }, (_, index) => spool.append(hookOf(String(index), 100))))
  assert.ok(disk.bytesOnDisk() <= 1000 && disk.bytesOnDisk() > 700, `${disk.bytesOnDisk()} bytes`)
  disk.crash()
  const again = await openOn(disk, { maxBytes: 1000 })
  assert.deepEqual([again.state.bytes, again.state.records > 0], [disk.bytesOnDisk(), true])
  await assert.rejects(again.append(hookOf('late', 400)), /full/)
})

test('drained hooks count towards the limit as long as they are on disk', async () => {
  const disk = createForgetfulDisk()
  const hooks = Array.from({ length: 600 }, (_, index) => hookOf(String(1000 + index)))
  const measured = await openOn(disk)
  await measured.append(hookOf('1000'))
  const maxBytes = 600 * measured.state.bytes
  const full = createForgetfulDisk()
  const spool = await openOn(full, { maxBytes })
  await Promise.all(hooks.map((hook) => spool.append(hook)))
  assert.equal(full.bytesOnDisk(), maxBytes)
  await spool.peek(never)
  await spool.advance()
  assert.deepEqual(
    [spool.state.records, spool.state.bytes + spool.state.passedBytes, full.bytesOnDisk()],
    [100, maxBytes, maxBytes],
  )
  await assert.rejects(spool.append(hookOf('late')), /full/)
  full.crash()
  const again = await openOn(full, { maxBytes })
  await assert.rejects(again.append(hookOf('late')), /full/)
  assert.equal((await drainAll(again)).length, 100)
  await again.append(hookOf('late'))
  assert.ok(full.bytesOnDisk() < 200)
})

test('a full spool still accepts hooks from another spool, all of them or none', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk, { maxBytes: 100 })
  disk.fail('sync', 'EIO')
  await assert.rejects(spool.appendMoved([hookOf('a'), hookOf('b')]), RetriableError)
  assert.deepEqual([spool.state.records, spool.state.bytes, spool.state.oldestReceivedAt], [0, 0, null])
  await spool.appendMoved([{ ...hookOf('a'), receivedAt: 7 }, hookOf('b')])
  assert.deepEqual(
    [spool.state.records, spool.state.bytes, spool.state.oldestReceivedAt],
    [2, disk.bytesOnDisk(), 7],
  )
  assert.ok(disk.bytesOnDisk() > 100)
  assert.deepEqual(await drainAll(spool), ['a', 'b'])
})
