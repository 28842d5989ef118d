import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWatchdog, looks } from '../../../consumers/watchdog.ts'

const watch = () => {
  const worker = { next: 5, end: 5, paused: false, calls: { begun: 0, ended: 0 } }
  const look = createWatchdog({
    positions: () => new Map([['push/0', worker.next]]),
    ends: async () => new Map([['push/0', worker.end]]),
    isPaused: () => worker.paused,
    calls: worker.calls,
  })
  const lookFor = async (times: number) => {
    const verdicts = new Set<string>()
    for (let time = 0; time < times; time++) verdicts.add(await look())
    return [...verdicts]
  }
  return { worker, lookFor }
}

test('a worker without records to handle is not stuck, however long it stands', async () => {
  const { lookFor } = watch()
  assert.deepEqual(await lookFor(3 * looks), ['moving'])
})

test('records that nobody brings are noticed after the limit, not before', async () => {
  const { worker, lookFor } = watch()
  worker.end = 6
  assert.deepEqual(await lookFor(looks), ['moving'])
  assert.deepEqual(await lookFor(1), ['stuck'])
})

test('a partition that moves now and then is not stuck', async () => {
  const { worker, lookFor } = watch()
  worker.end = 100
  for (let step = 0; step < 5; step++) {
    assert.deepEqual(await lookFor(looks - 1), ['moving'])
    worker.next += 1
  }
})

test('a paused worker is not stuck, and has its time again afterwards', async () => {
  const { worker, lookFor } = watch()
  worker.end = 6
  await lookFor(looks - 1)
  worker.paused = true
  assert.deepEqual(await lookFor(3 * looks), ['moving'])
  worker.paused = false
  assert.deepEqual(await lookFor(looks), ['moving'])
  assert.deepEqual(await lookFor(1), ['stuck'])
})

test('while calls come and go other partitions may have to wait for their turn', async () => {
  const { worker, lookFor } = watch()
  worker.end = 6
  worker.calls.begun = 1
  for (let round = 0; round < 4; round++) {
    assert.deepEqual(await lookFor(looks - 1), ['moving'])
    worker.calls.begun += 1
    worker.calls.ended += 1
  }
})

test('a call that does not end is told apart from a client that brings nothing', async () => {
  const { worker, lookFor } = watch()
  worker.end = 6
  worker.calls.begun = 1
  assert.deepEqual(await lookFor(looks - 1), ['moving'])
  assert.deepEqual(await lookFor(1), ['hung'])
})
