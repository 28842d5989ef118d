// A disk that is full, fails or returns damaged bytes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RetriableError } from '../../../../lib/errors.ts'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import {
  appendAll,
  drainAll,
  firstSegment,
  hookOf,
  never,
  openOn,
} from '../../../helpers/faults/spool-on-disk.ts'

test('a failed append is forgotten after half a minute', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  disk.fail('append', 'EIO', 1)
  await assert.rejects(spool.append(hookOf('x')), RetriableError)
  t.mock.timers.tick(29_000)
  assert.match(String(spool.state.lastFailure), /EIO/)
  t.mock.timers.tick(1000)
  assert.equal(spool.state.lastFailure, null)
})

test('while the disk is full or fails, hooks are refused and earlier hooks are kept', async () => {
  for (const operation of ['create', 'append', 'sync'] as const) {
    const disk = createForgetfulDisk()
    const spool = await openOn(disk)
    if (operation !== 'create') await spool.append(hookOf('before'))
    disk.fail(operation, 'ENOSPC', 2)
    for (const id of ['x', 'y']) await assert.rejects(spool.append(hookOf(id)), RetriableError, operation)
    assert.match(String(spool.state.lastFailure), /ENOSPC/)
    await spool.append(hookOf('after'))
    assert.equal(spool.state.lastFailure, null)
    const kept = operation === 'create' ? ['after'] : ['before', 'after']
    assert.equal(spool.state.records, kept.length)
    disk.crash('everything')
    assert.deepEqual(await drainAll(await openOn(disk)), kept, operation)
  }
})

test('bytes that were written in part and cannot be cut off are not read', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  await spool.append(hookOf('before'))
  disk.fail('sync', 'EIO')
  disk.fail('truncate', 'EIO')
  await assert.rejects(spool.append(hookOf('x')))
  await spool.append(hookOf('after'))
  assert.deepEqual(await drainAll(spool), ['before', 'after'])
  assert.deepEqual([spool.state.records, spool.state.bytes], [0, 0])
})

test('failed attempts on a full disk leave no files', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  disk.fail('append', 'ENOSPC', 50)
  for (let attempt = 0; attempt < 50; attempt++) await assert.rejects(spool.append(hookOf(String(attempt))))
  assert.equal(disk.segments.size, 0)
  assert.deepEqual([spool.state.records, spool.state.bytes, spool.state.oldestReceivedAt], [0, 0, null])
})

test('a spool can be emptied even if the disk has no room for the note of the position', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  await appendAll(spool, 'a', 'b')
  disk.fail('writeNote', 'ENOSPC', 10)
  assert.deepEqual(await drainAll(spool), ['a', 'b'])
  assert.equal(disk.segments.size, 0)
})

test('a damaged hook is set aside if there is room for it, and the hooks after it are read', async () => {
  for (const isFull of [false, true]) {
    const disk = createForgetfulDisk()
    const spool = await openOn(disk)
    for (const id of ['a', 'b', 'c']) await spool.append(hookOf(id))
    const segment = firstSegment(disk)
    const at = Math.floor(segment.bytes.length / 2)
    segment.bytes[at] = (segment.bytes[at] ?? 0) ^ 1
    if (isFull) disk.fail('setAside', 'ENOSPC', 5)
    assert.deepEqual(
      (await spool.peek(never)).map(({ id }) => id),
      ['a', 'c'],
    )
    await spool.advance()
    const waiting = spool.peek(never) // finds that nothing is left
    for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate)
    assert.deepEqual([spool.state.records, spool.state.oldestReceivedAt], [0, null])
    await spool.append(hookOf('d'))
    assert.deepEqual(
      (await waiting).map(({ id }) => id),
      ['d'],
    )
    await spool.advance()
    assert.deepEqual([spool.state.setAside, disk.aside.size, spool.state.bytes], [1, isFull ? 0 : 1, 0])
  }
})

test('a spool that contains only damage is skipped and counts as empty', async () => {
  const disk = createForgetfulDisk()
  await appendAll(await openOn(disk), 'a')
  firstSegment(disk).bytes.fill(0x47)
  const spool = await openOn(disk)
  assert.deepEqual([spool.state.records, spool.state.bytes > 0], [0, true])
  const giveUp = new AbortController()
  const peeking = spool.peek(giveUp.signal)
  for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate)
  giveUp.abort()
  assert.deepEqual(await peeking, [])
  assert.deepEqual([spool.state.bytes, disk.aside.size], [0, 1])
})
