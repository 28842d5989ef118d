import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createWatchdog,
  looks,
  type Verdict,
} from '../../../../../consumers/runtime/watchdog/stall-detector.ts'

/** A worker with a partition on each of two brokers, and one more on the first. */
const watch = () => {
  const worker = {
    next: { 'push/0': 5, 'push/1': 5, 'push/2': 5 } as Record<string, number>,
    failures: 0,
    ends: { 'push/0': 5, 'push/1': 5, 'push/2': 5 } as Record<string, number>,
    paused: false,
    calls: new Set<object>(),
    inHand: new Set<string>(),
  }
  const leaders: Record<string, number> = { 'push/0': 1, 'push/1': 2, 'push/2': 1 }
  const look = createWatchdog({
    positions: () =>
      new Map(Object.entries(worker.next).map(([name, next]) => [name, { next, failures: worker.failures }])),
    ends: async () =>
      new Map(Object.entries(worker.ends).map(([name, high]) => [name, { high, leader: leaders[name] }])),
    isPaused: () => worker.paused,
    calls: worker.calls,
    inHand: worker.inHand,
    concurrency: 2,
  })
  const lookFor = async (times: number, between = () => {}) => {
    const verdicts = new Set<Verdict>()
    for (let time = 0; time < times; time++) {
      verdicts.add(await look())
      between()
    }
    return [...verdicts]
  }
  return { worker, lookFor }
}

type LookFor = ReturnType<typeof watch>['lookFor']

const assertStuck = async (lookFor: LookFor, verdict: Verdict = 'stuck') => {
  assert.deepEqual(await lookFor(looks), ['moving'])
  assert.deepEqual(await lookFor(1), [verdict])
}

const assertStuckTwice = async (lookFor: LookFor) => {
  await assertStuck(lookFor)
  await assertStuck(lookFor, 'stuck again')
}

test('a worker without records to handle is not stuck, however long it stands', async () => {
  const { lookFor } = watch()
  assert.deepEqual(await lookFor(3 * looks), ['moving'])
})

test('records that nobody brings are noticed after the limit, not before; that it goes on is told apart', async () => {
  const { worker, lookFor } = watch()
  worker.ends['push/0'] = 6
  await assertStuckTwice(lookFor)
})

test('a partition that moved in between is stuck anew, not again', async () => {
  const { worker, lookFor } = watch()
  worker.ends['push/0'] = 9
  await lookFor(looks + 1)
  worker.next['push/0'] = 6
  await assertStuck(lookFor)
})

test('a partition that moves now and then is not stuck', async () => {
  const { worker, lookFor } = watch()
  worker.ends['push/0'] = 100
  for (let next = 6; next < 11; next++) {
    assert.deepEqual(await lookFor(looks - 1), ['moving'])
    worker.next['push/0'] = next
  }
})

test('a paused worker is not stuck, and has its time again afterwards', async () => {
  const { worker, lookFor } = watch()
  worker.ends['push/0'] = 6
  await lookFor(looks - 1)
  worker.paused = true
  assert.deepEqual(await lookFor(3 * looks), ['moving'])
  worker.paused = false
  await assertStuck(lookFor)
})

test('while one is in hand others of its broker, and all when there are as many as may be, have to wait for their turn', async () => {
  for (const inHand of [['push/2'], ['push/0'], ['push/1', 'push/2']]) {
    const { worker, lookFor } = watch()
    worker.ends['push/0'] = 6
    for (const name of inHand) worker.inHand.add(name)
    let call = {}
    const verdicts = await lookFor(4 * looks, () => {
      worker.calls.delete(call)
      call = {}
      worker.calls.add(call)
    })
    assert.deepEqual(verdicts, ['moving'], inHand.join())
  }
})

test('what is in hand and stands still without a call is stuck, and holds all others up', async () => {
  const { worker, lookFor } = watch()
  worker.inHand.add('push/0')
  await assertStuckTwice(lookFor)
})

test('a message that fails again and again is not stuck, nor are those that wait for it, however long its attempts take in all', async () => {
  const { worker, lookFor } = watch()
  worker.ends = { 'push/0': 6, 'push/1': 6, 'push/2': 6 }
  for (const name of ['push/0', 'push/1']) worker.inHand.add(name)
  for (let failures = 1; failures < 5; failures++) {
    assert.deepEqual(await lookFor(looks - 1), ['moving'])
    worker.failures = failures
  }
})

test('what goes on at another broker hides nothing', async () => {
  const { worker, lookFor } = watch()
  worker.ends = { ...worker.ends, 'push/0': 6, 'push/1': 1000 }
  worker.inHand.add('push/1')
  const verdicts = await lookFor(looks + 1, () => {
    worker.next['push/1'] = (worker.next['push/1'] ?? 0) + 1
  })
  assert.deepEqual(verdicts, ['moving', 'stuck'])
})

test('a call that does not end is told apart from a client that brings nothing', async () => {
  const { worker, lookFor } = watch()
  worker.ends['push/0'] = 6
  worker.inHand.add('push/0')
  worker.calls.add({})
  assert.deepEqual(await lookFor(looks), ['moving'])
  assert.deepEqual(await lookFor(1), ['hung'])
})

test('neither calls that end beside it nor an open circuit hide one that hangs', async () => {
  const { worker, lookFor } = watch()
  worker.paused = true
  worker.calls.add({})
  let other = {}
  const verdicts = await lookFor(looks + 1, () => {
    worker.calls.delete(other)
    other = {}
    worker.calls.add(other)
  })
  assert.deepEqual(verdicts, ['moving', 'hung'])
})
