import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createStallDetector,
  pollsPerLimit,
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
    inProgress: new Set<string>(),
  }
  const leaders: Record<string, number> = { 'push/0': 1, 'push/1': 2, 'push/2': 1 }
  const poll = createStallDetector({
    positions: () =>
      new Map(Object.entries(worker.next).map(([name, next]) => [name, { next, failures: worker.failures }])),
    ends: async () =>
      new Map(Object.entries(worker.ends).map(([name, high]) => [name, { high, leader: leaders[name] }])),
    isPaused: () => worker.paused,
    calls: worker.calls,
    inProgress: worker.inProgress,
    concurrency: 2,
  })
  const pollTimes = async (times: number, between = () => {}) => {
    const verdicts = new Set<Verdict>()
    for (let time = 0; time < times; time++) {
      verdicts.add(await poll())
      between()
    }
    return [...verdicts]
  }
  return { worker, pollTimes }
}

type PollTimes = ReturnType<typeof watch>['pollTimes']

const assertStuck = async (pollTimes: PollTimes, verdict: Verdict = 'stuck') => {
  assert.deepEqual(await pollTimes(pollsPerLimit), ['moving'])
  assert.deepEqual(await pollTimes(1), [verdict])
}

const assertStuckTwice = async (pollTimes: PollTimes) => {
  await assertStuck(pollTimes)
  await assertStuck(pollTimes, 'stuck again')
}

test('a worker without records to handle is never stuck', async () => {
  const { pollTimes } = watch()
  assert.deepEqual(await pollTimes(3 * pollsPerLimit), ['moving'])
})

test('waiting records are noticed after the limit, and a second time as stuck again', async () => {
  const { worker, pollTimes } = watch()
  worker.ends['push/0'] = 6
  await assertStuckTwice(pollTimes)
})

test('a partition that moved in between is stuck, not stuck again', async () => {
  const { worker, pollTimes } = watch()
  worker.ends['push/0'] = 9
  await pollTimes(pollsPerLimit + 1)
  worker.next['push/0'] = 6
  await assertStuck(pollTimes)
})

test('a partition that moves now and then is not stuck', async () => {
  const { worker, pollTimes } = watch()
  worker.ends['push/0'] = 100
  for (let next = 6; next < 11; next++) {
    assert.deepEqual(await pollTimes(pollsPerLimit - 1), ['moving'])
    worker.next['push/0'] = next
  }
})

test('a paused worker is not stuck, and has the whole limit again afterwards', async () => {
  const { worker, pollTimes } = watch()
  worker.ends['push/0'] = 6
  await pollTimes(pollsPerLimit - 1)
  worker.paused = true
  assert.deepEqual(await pollTimes(3 * pollsPerLimit), ['moving'])
  worker.paused = false
  await assertStuck(pollTimes)
})

test('a partition waits for its turn while its broker is busy or all places are taken', async () => {
  for (const inProgress of [['push/2'], ['push/0'], ['push/1', 'push/2']]) {
    const { worker, pollTimes } = watch()
    worker.ends['push/0'] = 6
    for (const name of inProgress) worker.inProgress.add(name)
    let call = {}
    const verdicts = await pollTimes(4 * pollsPerLimit, () => {
      worker.calls.delete(call)
      call = {}
      worker.calls.add(call)
    })
    assert.deepEqual(verdicts, ['moving'], inProgress.join())
  }
})

test('a partition in progress that does not move while no call runs is stuck', async () => {
  const { worker, pollTimes } = watch()
  worker.inProgress.add('push/0')
  await assertStuckTwice(pollTimes)
})

test('a message that fails again and again is not stuck, nor are the messages that wait for it', async () => {
  const { worker, pollTimes } = watch()
  worker.ends = { 'push/0': 6, 'push/1': 6, 'push/2': 6 }
  for (const name of ['push/0', 'push/1']) worker.inProgress.add(name)
  for (let failures = 1; failures < 5; failures++) {
    assert.deepEqual(await pollTimes(pollsPerLimit - 1), ['moving'])
    worker.failures = failures
  }
})

test('progress at another broker does not hide a stuck partition', async () => {
  const { worker, pollTimes } = watch()
  worker.ends = { ...worker.ends, 'push/0': 6, 'push/1': 1000 }
  worker.inProgress.add('push/1')
  const verdicts = await pollTimes(pollsPerLimit + 1, () => {
    worker.next['push/1'] = (worker.next['push/1'] ?? 0) + 1
  })
  assert.deepEqual(verdicts, ['moving', 'stuck'])
})

test('a call that does not end is told apart from a client that brings no records', async () => {
  const { worker, pollTimes } = watch()
  worker.ends['push/0'] = 6
  worker.inProgress.add('push/0')
  worker.calls.add({})
  assert.deepEqual(await pollTimes(pollsPerLimit), ['moving'])
  assert.deepEqual(await pollTimes(1), ['hung'])
})

test('neither other calls that end nor an open circuit hide a call that hangs', async () => {
  const { worker, pollTimes } = watch()
  worker.paused = true
  worker.calls.add({})
  let other = {}
  const verdicts = await pollTimes(pollsPerLimit + 1, () => {
    worker.calls.delete(other)
    other = {}
    worker.calls.add(other)
  })
  assert.deepEqual(verdicts, ['moving', 'hung'])
})
