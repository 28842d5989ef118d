import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReplaceClient } from '../../../../../consumers/runtime/group/replace-client.ts'
import { waitUntil } from '../../../../helpers/process/wait-until.ts'

/** A client that cannot be started while the brokers are away, and when its starts were tried. */
const openClient = (retryMs: number) => {
  const stopping = new AbortController()
  const starts: number[] = []
  const state = { hasClient: true, areAway: true, onEnd: () => {} }
  const replace = createReplaceClient({
    hasClient: () => state.hasClient,
    end: async () => {
      state.hasClient = false
      state.onEnd()
    },
    start: async () => {
      starts.push(performance.now())
      if (state.areAway) throw new Error('no broker answers')
      state.hasClient = true
    },
    isHandling: () => false,
    stopping: stopping.signal,
    retryMs,
  })
  const fail = () => assert.rejects(replace(), { message: 'no broker answers' })
  return { state, starts, stopping, replace, fail }
}

test('after several failed replacements, one start at a time is tried, after a wait', async (t) => {
  const retryMs = 20
  const { starts, stopping, fail } = openClient(retryMs)
  t.after(() => stopping.abort())
  for (let replacement = 1; replacement <= 3; replacement += 1) await fail()
  await waitUntil(() => starts.length >= 7)
  const [first = 0, ...later] = starts.slice(3)
  later.reduce((before, now) => {
    // A timer may fire a millisecond early.
    assert.ok(now - before >= retryMs - 2, `${now - before} ms between two starts`)
    return now
  }, first)
})

test('a replacement that fails after a start has succeeded is tried again, too', async (t) => {
  const { state, starts, stopping, fail } = openClient(1)
  t.after(() => stopping.abort())
  for (const _ of ['first', 'second']) {
    state.areAway = true
    await fail()
    const { length } = starts
    await waitUntil(() => starts.length > length)
    state.areAway = false
    await waitUntil(() => state.hasClient)
  }
})

test('a worker that stops ends the wait for the next start, and starts no client', async () => {
  const { starts, stopping, fail } = openClient(5)
  await fail()
  stopping.abort()
  await sleep(30)
  assert.equal(starts.length, 1)
})

test('a worker that stops while the old client ends starts no new one', async () => {
  const { state, starts, stopping, replace } = openClient(1)
  state.onEnd = () => stopping.abort()
  await replace()
  assert.equal(starts.length, 0)
})
