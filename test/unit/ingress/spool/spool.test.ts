// Reading a spool, and what its state reports.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { appendAll, drainAll, hookOf, never, openOn } from '../../../helpers/faults/spool-on-disk.ts'

test('a waiting peek resolves with the next hook, or with none when the signal is aborted', async () => {
  const spool = await openOn(createForgetfulDisk())
  const waiting = spool.peek(never)
  await spool.append(hookOf('a'))
  assert.deepEqual(
    (await waiting).map(({ id }) => id),
    ['a'],
  )
  await spool.advance()
  const giveUp = new AbortController()
  const second = spool.peek(giveUp.signal)
  giveUp.abort()
  assert.deepEqual(await second, [])
})

test('two peeks return the same hooks; only advance moves on', async () => {
  const spool = await openOn(createForgetfulDisk())
  await appendAll(spool, 'a', 'b')
  assert.deepEqual(
    (await spool.peek(never)).map(({ id }) => id),
    ['a', 'b'],
  )
  await spool.append(hookOf('c'))
  assert.deepEqual(
    (await spool.peek(never)).map(({ id }) => id),
    ['a', 'b', 'c'],
  )
  await spool.advance()
  assert.equal(spool.state.records, 0)
})

test('the state reports how many hooks wait and since when', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  assert.deepEqual(
    { ...spool.state },
    {
      records: 0,
      moving: 0,
      bytes: 0,
      passedBytes: 0,
      oldestReceivedAt: null,
      setAside: 0,
      lastFailure: null,
    },
  )
  await spool.append({ ...hookOf('a'), receivedAt: 5 })
  await spool.append({ ...hookOf('b'), receivedAt: 9 })
  const { records, bytes, oldestReceivedAt } = spool.state
  assert.deepEqual([records, bytes, oldestReceivedAt], [2, disk.bytesOnDisk(), 5])
  const again = await openOn(disk)
  assert.deepEqual(
    [again.state.records, again.state.bytes, again.state.oldestReceivedAt],
    [2, disk.bytesOnDisk(), 5],
  )
})

test('a hook that is set aside gets a file name that a sender cannot turn into a path', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  await spool.setAside(hookOf('../../etc/passwd'))
  const [[name, bytes] = ['', Buffer.alloc(0)]] = disk.aside
  assert.doesNotMatch(name, /[/]|^\./)
  assert.ok(bytes.includes('../../etc/passwd'))
})

test('a hook that is appended while others leave the spool is counted', async () => {
  const disk = createForgetfulDisk()
  const spool = await openOn(disk)
  await appendAll(spool, 'a', 'b')
  await spool.peek(never)
  const advancing = spool.advance()
  await Promise.all([advancing, spool.append(hookOf('c'))])
  const { records, bytes, passedBytes } = spool.state
  assert.deepEqual([records, bytes + passedBytes], [1, disk.bytesOnDisk()])
  assert.deepEqual(await drainAll(spool), ['c'])
  assert.deepEqual([spool.state.bytes, disk.segments.size], [0, 0])
})
