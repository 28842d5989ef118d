import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createFairQueue, type Slot } from '../../../../consumers/event-feed/stream/fair-queue.ts'

/** Actions that run until they are ended, and the order in which they began. */
const open = (atOnce: number) => {
  const queue = createFairQueue(atOnce)
  const begun: string[] = []
  const running = new Map<string, { end(): void; slot: Slot }>()
  const take = (name: string, signal?: AbortSignal) => {
    const action = (slot: Slot) => {
      begun.push(name)
      return new Promise<void>((resolve) => running.set(name, { end: resolve, slot }))
    }
    return queue.run(name.charAt(0), action, signal)
  }
  const end = async (name: string) => {
    running.get(name)?.end()
    await setImmediate()
  }
  return { queue, begun, running, take, end }
}

test('a caller with many actions holds up another caller by one action only', async () => {
  const { queue, begun, running, take, end } = open(1)
  for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']) void take(name)
  assert.equal(queue.waitingOf('a'), 3)
  for (const name of ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']) {
    assert.equal(running.get(name)?.slot.isWanted(), true)
    await end(name)
  }
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
  assert.equal(running.get('a4')?.slot.isWanted(), false)
  assert.equal(queue.waitingOf('a'), 0)
})

test('so many actions run at a time, and one that fails frees its place', async () => {
  const { queue, begun, take, end } = open(2)
  const failing = queue.run('x', () => Promise.reject(new Error('it fails')))
  for (const name of ['a1', 'a2', 'a3']) void take(name)
  await assert.rejects(failing, /it fails/)
  await setImmediate()
  assert.deepEqual(begun, ['a1', 'a2'])
  await end('a2')
  assert.deepEqual(begun, ['a1', 'a2', 'a3'])
  await end('a1')
  await end('a3')
  void take('b1')
  assert.equal(begun.at(-1), 'b1', 'all places are free again')
})

test('an action that is aborted while it waits leaves the queue at once', async () => {
  const { queue, begun, running, take, end } = open(1)
  const leaving = new AbortController()
  void take('a1')
  const [left, leftToo] = [take('b1', leaving.signal), take('c1', leaving.signal)]
  const stays = take('b2')
  leaving.abort(new Error('the client has gone'))
  await assert.rejects(left, /the client has gone/)
  await assert.rejects(leftToo, /the client has gone/)
  assert.deepEqual([queue.waitingOf('b'), queue.waitingOf('c')], [1, 0])
  await end('a1')
  assert.equal(running.get('b2')?.slot.isWanted(), false, 'nobody waits any more')
  await assert.rejects(take('d1', leaving.signal), /the client has gone/)
  await end('b2')
  await stays
  assert.deepEqual(begun, ['a1', 'b2'])
})

test('an action that has begun keeps its place until it ends, also if it is aborted', async () => {
  const { begun, take, end } = open(1)
  const leaving = new AbortController()
  const running = take('a1', leaving.signal)
  void take('b1')
  leaving.abort()
  await setImmediate()
  assert.deepEqual(begun, ['a1'])
  await end('a1')
  await running
  assert.deepEqual(begun, ['a1', 'b1'])
})
