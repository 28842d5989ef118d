import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { test } from 'node:test'
import { type AppendEntry, createAppendQueue } from '../../../../ingress/spool/append-queue.ts'
import { createSpoolTally } from '../../../../ingress/spool/spool-state.ts'
import { RetriableError } from '../../../../lib/errors.ts'

const entryOf = (text: string, records = 1): AppendEntry => ({
  frames: [Buffer.from(text)],
  bytes: text.length,
  records,
  receivedAt: 5,
})

/** A queue whose writes end one by one, when the test says so. */
const createQueue = () => {
  const tally = createSpoolTally({ bytes: 0, passedBytes: 0 })
  const written: string[] = []
  const pending: { resolve(): void; reject(error: Error): void }[] = []
  const append = (buffers: readonly Buffer[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    written.push(buffers.join('+'))
    pending.push({ resolve, reject })
    return promise
  }
  const queue = createAppendQueue({ append }, tally)
  const next = () => pending.shift() ?? assert.fail('nothing is being written')
  return { queue, state: tally.state, written, next }
}
/** Keeps the event loop busy, as if the process was paused. */
const standStill = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until; );
}
const nextTurn = () => new Promise(setImmediate)
const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending')
  const soon = new Promise((resolve) => setImmediate(resolve, pending))
  return (await Promise.race([promise, soon])) === pending
}

test('entries that arrive during a write go out together in the next one, in order', async () => {
  const { queue, written, next } = createQueue()
  const appends = ['a', 'b', 'c'].map((text) => queue.append(entryOf(text)))
  assert.deepEqual(written, ['a'])
  next().resolve()
  await appends[0]
  await nextTurn()
  assert.deepEqual(written, ['a', 'b+c'])
  assert.ok(await isPending(Promise.all(appends)))
  next().resolve()
  await Promise.all(appends)
  assert.equal(queue.writes(), 2)
})

test('a write takes large entries as far as a disk can write them in time, at least one', async () => {
  const { queue, written, next } = createQueue()
  const mebibyte = 1024 * 1024
  const sizes = { a: 0, b: 20, c: 12, d: 1, e: 40, f: 1 }
  const appends = Object.entries(sizes).map(([text, size]) =>
    queue.append({ ...entryOf(text), bytes: size * mebibyte }),
  )
  for (const _write of ['a', 'b+c', 'd', 'e', 'f']) {
    next().resolve()
    await nextTurn()
  }
  await Promise.all(appends)
  assert.deepEqual(written, ['a', 'b+c', 'd', 'e', 'f'])
})

test('a failed write rejects all of its entries, and only those', async () => {
  const { queue, state, next } = createQueue()
  const first = queue.append(entryOf('a'))
  const others = Promise.allSettled([queue.append(entryOf('b')), queue.append(entryOf('c'))])
  next().resolve()
  await first
  await nextTurn()
  next().reject(new Error('EIO'))
  for (const result of await others) {
    assert.ok(result.status === 'rejected' && result.reason instanceof RetriableError)
    assert.match(result.reason.message, /EIO/)
  }
  assert.deepEqual([state.records, state.bytes, state.lastFailure], [1, 1, 'EIO'])
  assert.equal(queue.writes(), 1)
})

test('after a failed write the queue goes on', async () => {
  const { queue, state, written, next } = createQueue()
  const first = queue.append(entryOf('a'))
  next().reject(new Error('EIO'))
  await assert.rejects(first)
  const second = queue.append(entryOf('b'))
  next().resolve()
  await second
  assert.deepEqual([written, state.records, state.lastFailure], [['a', 'b'], 1, null])
})

test('an entry counts as waiting before it is written', () => {
  const { queue, state } = createQueue()
  queue.append(entryOf('abc', 2)).catch(() => undefined)
  assert.deepEqual([state.records, state.bytes, state.oldestReceivedAt], [2, 3, 5])
})

test('a waiting reader is woken by a successful write, not by a failed one', async () => {
  const { queue, next } = createQueue()
  const woken = queue.nextWrite(new AbortController().signal)
  const failed = queue.append(entryOf('a'))
  next().reject(new Error('EIO'))
  await assert.rejects(failed)
  assert.ok(await isPending(woken))
  const written = queue.append(entryOf('b'))
  next().resolve()
  await Promise.all([written, woken])
})

test('a waiting reader is woken by its signal', async () => {
  const { queue } = createQueue()
  const stopping = new AbortController()
  const woken = queue.nextWrite(stopping.signal)
  stopping.abort()
  await woken
})

test('the queue is idle, and finished, once the last entry is written', async () => {
  const { queue, next } = createQueue()
  assert.ok(queue.isIdle())
  await queue.finish()
  const appends = [queue.append(entryOf('a')), queue.append(entryOf('b'))]
  const finished = queue.finish()
  next().resolve()
  await appends[0]
  assert.ok(!queue.isIdle() && (await isPending(finished)))
  next().resolve()
  await finished
  assert.ok(queue.isIdle())
})

test('a write that does not end fails its entries and those behind it, and later ones at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const { queue, state, written, next } = createQueue()
  const appends = ['a', 'b', 'c'].map((text) => queue.append(entryOf(text)))
  const failed = Promise.allSettled(appends)
  t.mock.timers.tick(1499)
  assert.equal(state.lastFailure, null)
  t.mock.timers.tick(1)
  for (const result of await failed)
    assert.ok(result.status === 'rejected' && result.reason instanceof RetriableError)
  await assert.rejects(queue.append(entryOf('d')), /the disk does not answer/)
  t.mock.timers.tick(60_000)
  assert.equal(state.lastFailure, 'the disk does not answer', 'as long as the write does not end')
  assert.deepEqual([state.records, written], [1, ['a']], 'the one that is being written may still be kept')
  await queue.finish()

  next().resolve()
  await nextTurn()
  assert.deepEqual([state.records, state.lastFailure, queue.writes(), queue.isIdle()], [1, null, 1, true])
  const later = queue.append(entryOf('e'))
  next().resolve()
  await later
  assert.deepEqual([state.records, written], [2, ['a', 'e']])
})

test('a write that ended while the process stood still has succeeded', async () => {
  const tally = createSpoolTally({ bytes: 0, passedBytes: 0 })
  const queue = createAppendQueue({ append: () => stat('.').then(() => undefined) }, tally)
  const appending = queue.append(entryOf('a'))
  standStill(2000)
  await appending
  assert.equal(tally.state.lastFailure, null)
})

test('a write that ends with an error after it seemed to hang is not counted as waiting', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const { queue, state, next } = createQueue()
  const failed = assert.rejects(queue.append(entryOf('a')), /does not answer/)
  t.mock.timers.tick(1500)
  await failed
  next().reject(new Error('EIO'))
  await nextTurn()
  assert.deepEqual([state.records, state.lastFailure], [0, 'EIO'])
})
