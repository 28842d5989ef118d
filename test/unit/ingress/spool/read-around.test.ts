// A disk that cannot read some bytes, however often it is asked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hook } from '../../../../ingress/hook.ts'
import { openSpool, type Spool } from '../../../../ingress/spool/spool.ts'
import { createForgetfulDisk, type ForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { spoolLimits } from '../../../helpers/faults/spool-limits.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const bodyBytes = 3000
const hookOf = (id: string): Hook => ({
  id,
  source: 'default',
  receivedAt: 1000,
  headers: {},
  body: Buffer.alloc(bodyBytes, id),
})
const open = (disk: ForgetfulDisk): Promise<Spool> =>
  openSpool(disk.mount(), spoolLimits(1e6, 1e5), recordingLogger().logger)
const ids = Array.from({ length: 20 }, (_, number) => `hook-${String(number).padStart(2, '0')}`)
const segment = '000000000001'

/** Twenty hooks in one segment. The process that wrote them is gone. */
const filled = async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  await Promise.all(ids.map((id) => spool.append(hookOf(id))))
  disk.crash('everything')
  const bytes = disk.segments.get(segment)?.bytes ?? Buffer.alloc(0)
  const startOf = (number: number) => (number * bytes.length) / ids.length
  /** Damages bytes, and so their blocks. @returns the ids of the hooks outside of these blocks */
  const damage = (from: number, to: number): string[] => {
    disk.damage(segment, from, to)
    const [start, end] = [Math.floor(from / 4096) * 4096, Math.ceil(to / 4096) * 4096]
    return ids.filter((_, number) => startOf(number) >= end || startOf(number + 1) <= start)
  }
  return { disk, startOf, damage, size: bytes.length }
}

/** Drains the spool. @returns the ids of its hooks, and how often it could not be read */
const drainAll = async (spool: Spool) => {
  const read: string[] = []
  let failures = 0
  const enough = new AbortController()
  for (;;) {
    // The disk is in memory, so that each operation ends after a few turns of the event loop.
    const timer = setTimeout(() => enough.abort(), 200)
    const hooks = await spool.peek(enough.signal).catch(() => undefined)
    clearTimeout(timer)
    if (hooks === undefined) failures += 1
    else if (hooks.length === 0) return { read, failures }
    else {
      read.push(...hooks.map(({ id }) => id))
      await spool.advance()
    }
  }
}

test('a place that stays unreadable is skipped after some attempts, and its segment is kept', async () => {
  const { disk, startOf, damage, size } = await filled()
  const spool = await open(disk)
  const readable = damage(startOf(7) + 1000, startOf(7) + 1010)
  assert.ok(readable.length >= 18)
  const { read, failures } = await drainAll(spool)
  assert.deepEqual(read, readable)
  assert.ok(failures >= 10, `${failures} times`)
  assert.deepEqual([spool.state.records, spool.state.bytes, disk.segments.size], [0, 0, 0])
  assert.equal(disk.aside.get(segment)?.length, size)
  assert.ok(spool.state.setAside > 0)
})

test('the beginning, the end and the whole of a segment may be unreadable', async () => {
  for (const [first, last] of [
    [0, 0.5],
    [19.9, 20],
    [10, 11],
    [0, 20],
  ] as const) {
    const { disk, startOf, damage } = await filled()
    const spool = await open(disk)
    const readable = damage(startOf(first), startOf(last))
    assert.deepEqual((await drainAll(spool)).read, readable, `${first} to ${last}`)
    assert.deepEqual([disk.segments.size, disk.aside.has(segment)], [0, true])
    await spool.append(hookOf('later'))
    assert.deepEqual((await drainAll(spool)).read, ['later'])
  }
})

test('a spool with an unreadable place can be opened, and the readable hooks are counted', async () => {
  const { disk, startOf, damage } = await filled()
  const readable = damage(startOf(10), startOf(11))
  const spool = await open(disk)
  assert.ok(spool.state.records > 0)
  await spool.peek(new AbortController().signal).catch(() => undefined)
  assert.equal(spool.state.records, readable.length)
  assert.deepEqual((await drainAll(spool)).read, readable)
  assert.deepEqual([spool.state.records, spool.state.bytes], [0, 0])
})

test('a short failure of the disk loses no hook', async () => {
  const { disk } = await filled()
  const spool = await open(disk)
  disk.fail('read', 'EIO', 9)
  const { read, failures } = await drainAll(spool)
  assert.deepEqual([read, failures, disk.aside.size], [ids, 9, 0])
})

test('a damaged segment that there is no room to set aside is skipped all the same', async () => {
  const { disk, startOf, damage } = await filled()
  const spool = await open(disk)
  const readable = damage(startOf(7), startOf(8))
  disk.fail('setSegmentAside', 'ENOSPC')
  assert.deepEqual((await drainAll(spool)).read, readable)
  assert.equal(disk.segments.size, 0)
})
