import assert from 'node:assert/strict'
import { mock, type TestContext, test } from 'node:test'
import { startJobTimer } from '../../../../../ingress/record/large/job-timer.ts'

/** A job whose process uses so much CPU time in each second. Undefined: the system does not say. */
const startJob = (t: TestContext, cpuMsPerSecond: number | undefined) => {
  mock.timers.enable({ apis: ['setInterval'] })
  t.after(() => mock.timers.reset())
  let now = 0
  const problems: string[] = []
  const stop = startJobTimer(
    { cpuMs: 3000, wallMs: 15_000 },
    () => (cpuMsPerSecond === undefined ? undefined : 500 + (now / 1000) * cpuMsPerSecond),
    (problem) => void problems.push(problem),
  )
  const run = (milliseconds: number) => {
    for (const end = now + milliseconds; now < end; ) {
      now += 100
      mock.timers.tick(100)
    }
    return problems
  }
  return { run, stop }
}

test('a job may use 3 s of CPU time, whatever its process used before', (t) => {
  const { run } = startJob(t, 1000)
  assert.deepEqual(run(3000), [])
  assert.deepEqual(run(20_000), ['it took more than 3 s of CPU time'])
})

test('on a busy machine a job may take longer than its CPU time, but not for ever', (t) => {
  const { run } = startJob(t, 100)
  assert.deepEqual(run(14_900), [])
  assert.deepEqual(run(20_000), ['it took more than 15 s'])
})

test('where the CPU time is not known, the job may take 3 s', (t) => {
  const { run } = startJob(t, undefined)
  assert.deepEqual(run(2900), [])
  assert.deepEqual(run(20_000), ['it took more than 3 s'])
})

test('a job that has ended is not watched', (t) => {
  const { run, stop } = startJob(t, 1000)
  stop()
  assert.deepEqual(run(20_000), [])
})
