import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Hook } from '../../../../ingress/hook.ts'
import { openSpool, type Spool } from '../../../../ingress/spool/spool.ts'
import { RetriableError } from '../../../../lib/errors.ts'
import { createForgetfulDisk, type ForgetfulDisk } from '../../../helpers/faults/forgetful-folder.ts'
import { spoolLimits } from '../../../helpers/faults/spool-limits.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const hookOf = (id: string, bytes = 10): Hook => ({
  id,
  source: 'default',
  receivedAt: 1000,
  headers: {},
  body: Buffer.alloc(bytes, id),
})
const open = (disk: ForgetfulDisk, { maxBytes = 1e6, segmentBytes = 1e5 } = {}): Promise<Spool> =>
  openSpool(disk.mount(), spoolLimits(maxBytes, segmentBytes), recordingLogger().logger)
const appendAll = (spool: Spool, ...ids: string[]) => Promise.all(ids.map((id) => spool.append(hookOf(id))))
const never = new AbortController().signal
/** Ids of everything that waits, drained to the end. */
const drainAll = async (spool: Spool): Promise<string[]> => {
  const ids: string[] = []
  while (spool.state.records > 0) {
    ids.push(...(await spool.peek(never)).map(({ id }) => id))
    await spool.advance()
  }
  return ids
}
const firstSegment = (disk: ForgetfulDisk) => {
  const [segment] = disk.segments.values()
  assert.ok(segment)
  return segment
}

test('what an append resolved for survives a power failure on a disk that forgets everything unsynced', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  await appendAll(spool, 'a', 'b')
  const unanswered = spool.append(hookOf('c')).then(
    () => assert.fail('nobody is answered after the power failed'),
    () => 'rejected',
  )
  disk.crash('nothing')
  assert.equal(await unanswered, 'rejected')
  assert.deepEqual(await drainAll(await open(disk)), ['a', 'b'])
})

test('no append resolves before the sync that covers it', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
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
  const spool = await open(disk)
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
        const spool = await open(disk, { segmentBytes: 150 })
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
      const after = await drainAll(await open(disk))
      const lost = answered.filter((id) => !after.includes(id) && !delivered.includes(id))
      assert.deepEqual(lost, [], `${remains} of the unsynced is left by a power failure at change ${change}`)
    }
  }
})

test('a segment is deleted once all of it is passed, not before', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk, { segmentBytes: 1 })
  for (const id of ['a', 'b', 'c']) await spool.append(hookOf(id))
  assert.equal(disk.segments.size, 3)
  await spool.peek(never)
  assert.equal(disk.segments.size, 3)
  await spool.advance()
  assert.deepEqual([...disk.segments.keys()].sort(), ['000000000002', '000000000003'])
  await drainAll(spool)
  assert.equal(disk.segments.size, 0)
})

test('a hook drained and acknowledged does not hide one of a later life that lies at the same place', async () => {
  const disk = createForgetfulDisk()
  const first = await open(disk)
  await appendAll(first, 'a', 'b')
  await drainAll(first)
  disk.crash('everything')
  const second = await open(disk)
  await second.append(hookOf('c'))
  disk.crash()
  assert.deepEqual(await drainAll(await open(disk)), ['c'])
})

test('a lost, old or damaged note of what was drained brings hooks twice, never none', async () => {
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
    const spool = await open(disk)
    await appendAll(spool, 'a', 'b')
    const folder = disk.mount()
    if (note !== undefined) await folder.writeNote(note)
    assert.deepEqual(await drainAll(await open(disk)), ['a', 'b'], `note: ${note}`)
  }
})

test('full, it turns hooks away and says so; drained, it takes them again', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk, { maxBytes: 300 })
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

test('the bound holds over a restart, and for hooks that arrive together', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk, { maxBytes: 1000 })
  await Promise.allSettled(Array.from({ length: 20 }, (_, index) => spool.append(hookOf(String(index), 100))))
  assert.ok(disk.bytesOnDisk() <= 1000 && disk.bytesOnDisk() > 700, `${disk.bytesOnDisk()} bytes`)
  disk.crash()
  const again = await open(disk, { maxBytes: 1000 })
  assert.deepEqual([again.state.bytes, again.state.records > 0], [disk.bytesOnDisk(), true])
  await assert.rejects(again.append(hookOf('late', 400)), /full/)
})

test('what is drained counts for as long as it is on disk', async () => {
  const disk = createForgetfulDisk()
  const hooks = Array.from({ length: 600 }, (_, index) => hookOf(String(1000 + index)))
  const measured = await open(disk)
  await measured.append(hookOf('1000'))
  const maxBytes = 600 * measured.state.bytes
  const full = createForgetfulDisk()
  const spool = await open(full, { maxBytes })
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
  const again = await open(full, { maxBytes })
  await assert.rejects(again.append(hookOf('late')), /full/)
  assert.equal((await drainAll(again)).length, 100)
  await again.append(hookOf('late'))
  assert.ok(full.bytesOnDisk() < 200)
})

test('hooks taken over from another spool are let in though it be full, all of them or none', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk, { maxBytes: 100 })
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

test('that an append failed says nothing of the disk after a while', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  disk.fail('append', 'EIO', 1)
  await assert.rejects(spool.append(hookOf('x')), RetriableError)
  t.mock.timers.tick(29_000)
  assert.match(String(spool.state.lastFailure), /EIO/)
  t.mock.timers.tick(1000)
  assert.equal(spool.state.lastFailure, null)
})

test('a disk that is full or fails turns hooks away, keeps what it had, and takes hooks when it is well again', async () => {
  for (const operation of ['create', 'append', 'sync'] as const) {
    const disk = createForgetfulDisk()
    const spool = await open(disk)
    if (operation !== 'create') await spool.append(hookOf('before'))
    disk.fail(operation, 'ENOSPC', 2)
    for (const id of ['x', 'y']) await assert.rejects(spool.append(hookOf(id)), RetriableError, operation)
    assert.match(String(spool.state.lastFailure), /ENOSPC/)
    await spool.append(hookOf('after'))
    assert.equal(spool.state.lastFailure, null)
    const kept = operation === 'create' ? ['after'] : ['before', 'after']
    assert.equal(spool.state.records, kept.length)
    disk.crash('everything')
    assert.deepEqual(await drainAll(await open(disk)), kept, operation)
  }
})

test('what failed to be written and cannot be cut off is not read by this process, and nothing is lost with it', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  await spool.append(hookOf('before'))
  disk.fail('sync', 'EIO')
  disk.fail('truncate', 'EIO')
  await assert.rejects(spool.append(hookOf('x')))
  await spool.append(hookOf('after'))
  assert.deepEqual(await drainAll(spool), ['before', 'after'])
  assert.deepEqual([spool.state.records, spool.state.bytes], [0, 0])
})

test('on a full disk attempts leave no files behind', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  disk.fail('append', 'ENOSPC', 50)
  for (let attempt = 0; attempt < 50; attempt++) await assert.rejects(spool.append(hookOf(String(attempt))))
  assert.equal(disk.segments.size, 0)
  assert.deepEqual([spool.state.records, spool.state.bytes, spool.state.oldestReceivedAt], [0, 0, null])
})

test('on a disk too full for the note the spool is emptied all the same', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  await appendAll(spool, 'a', 'b')
  disk.fail('writeNote', 'ENOSPC', 10)
  assert.deepEqual(await drainAll(spool), ['a', 'b'])
  assert.equal(disk.segments.size, 0)
})

test('a damaged hook is set aside, and what lies behind it is read, though the disk be full', async () => {
  for (const isFull of [false, true]) {
    const disk = createForgetfulDisk()
    const spool = await open(disk)
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

test('a spool of nothing but damage is passed, and counts as empty', async () => {
  const disk = createForgetfulDisk()
  await appendAll(await open(disk), 'a')
  firstSegment(disk).bytes.fill(0x47)
  const spool = await open(disk)
  assert.deepEqual([spool.state.records, spool.state.bytes > 0], [0, true])
  const giveUp = new AbortController()
  const peeking = spool.peek(giveUp.signal)
  for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate)
  giveUp.abort()
  assert.deepEqual(await peeking, [])
  assert.deepEqual([spool.state.bytes, disk.aside.size], [0, 1])
})

test('who waits for a hook is woken by the first, and let go by the signal', async () => {
  const spool = await open(createForgetfulDisk())
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

test('peeking twice shows the same; only advancing moves on', async () => {
  const spool = await open(createForgetfulDisk())
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

test('its state says how much waits and since when', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  assert.deepEqual(
    { ...spool.state },
    { records: 0, bytes: 0, passedBytes: 0, oldestReceivedAt: null, setAside: 0, lastFailure: null },
  )
  await spool.append({ ...hookOf('a'), receivedAt: 5 })
  await spool.append({ ...hookOf('b'), receivedAt: 9 })
  const { records, bytes, oldestReceivedAt } = spool.state
  assert.deepEqual([records, bytes, oldestReceivedAt], [2, disk.bytesOnDisk(), 5])
  const again = await open(disk)
  assert.deepEqual(
    [again.state.records, again.state.bytes, again.state.oldestReceivedAt],
    [2, disk.bytesOnDisk(), 5],
  )
})

/** A disk with a segment for each of so many hooks, of a process that is gone. */
const leftBehind = async (hooks: number) => {
  const disk = createForgetfulDisk()
  const spool = await open(disk, { segmentBytes: 1 })
  for (let number = 0; number < hooks; number++)
    await spool.append({ ...hookOf(`old ${number}`), receivedAt: number + 5 })
  disk.crash('everything')
  const ids = Array.from({ length: hooks }, (_, number) => `old ${number}`)
  return { disk, ids, reads: () => disk.calls.filter((call) => call.startsWith('read')).length }
}

test('however much an earlier process left, it is opened at once: what is not counted yet waits all the same, and goes first', async () => {
  const { disk, ids, reads } = await leftBehind(50)
  const bytes = disk.bytesOnDisk()
  const spool = await open(disk)
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

test('counting is let go by the signal, goes on where it was, and so it does after a disk that failed', async () => {
  const { disk, ids, reads } = await leftBehind(50)
  const spool = await open(disk)
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

test('of a segment that is drained in part the rest is what waits', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  await appendAll(spool, 'a', 'b')
  await spool.peek(never)
  await appendAll(spool, 'c')
  const note = `{"segment":"000000000001","at":${(disk.bytesOnDisk() / 3) * 2}}`
  disk.crash('everything')
  await disk.mount().writeNote(note)
  const again = await open(disk)
  assert.deepEqual(
    [again.state.records, again.state.bytes, again.state.passedBytes],
    [1, disk.bytesOnDisk() / 3, (disk.bytesOnDisk() / 3) * 2],
  )
  await disk.mount().writeNote('{"segment":"000000000001","at":99999}')
  assert.deepEqual([(await open(disk)).state.records, (await open(disk)).state.bytes], [0, 0])
})

test('a hook Kafka will never take is kept aside whole, under a name that no sender can make a path of', async () => {
  const disk = createForgetfulDisk()
  const spool = await open(disk)
  await spool.setAside(hookOf('../../etc/passwd'))
  const [[name, bytes] = ['', Buffer.alloc(0)]] = disk.aside
  assert.doesNotMatch(name, /[/]|^\./)
  assert.ok(bytes.includes('../../etc/passwd'))
})
