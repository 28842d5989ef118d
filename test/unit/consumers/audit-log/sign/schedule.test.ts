import assert from 'node:assert/strict'
import { mock, type TestContext, test } from 'node:test'
import { createSchedule } from '../../../../../consumers/audit-log/sign/schedule.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'

/** A schedule whose clock the test moves. */
const open = (t: TestContext, sign: () => Promise<void>) => {
  const clock = { now: 0 }
  t.mock.method(performance, 'now', () => clock.now)
  mock.timers.enable({ apis: ['setTimeout'] })
  t.after(() => mock.timers.reset())
  const { logger, lines } = recordingLogger()
  const schedule = createSchedule({ sign, logger, everyMs: 60_000 })
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      clock.now += 500
      mock.timers.tick(500)
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
  }
  return { schedule, pass, lines }
}

test('the first rows after a quiet time are signed within 2 s, then at most once a minute', async (t) => {
  let signed = 0
  const { schedule, pass } = open(t, async () => void signed++)
  schedule.notify()
  await pass(2000)
  assert.equal(signed, 1)
  for (let second = 0; second < 50; second++) {
    schedule.notify()
    await pass(1000)
  }
  assert.equal(signed, 1)
  await pass(12_000)
  assert.equal(signed, 2)
  await pass(300_000)
  assert.equal(signed, 2, 'without rows nothing is signed')
  schedule.notify()
  await pass(2000)
  assert.equal(signed, 3)
})

test('after a failure it is tried again, and both the failure and its end are logged once', async (t) => {
  let left = 3
  const { schedule, pass, lines } = open(t, async () => {
    if (left-- > 0) throw new Error('no answer')
  })
  schedule.notify()
  await pass(20_000)
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [
      ['warn', 'the audit log could not be anchored'],
      ['info', 'the audit log is anchored again'],
    ],
  )
})

test('at the stop what is left is signed at once, and nothing where nothing is left', async (t) => {
  let signed = 0
  const { schedule, pass } = open(t, async () => void signed++)
  schedule.notify()
  await pass(2000)
  schedule.notify()
  await schedule.stop()
  assert.equal(signed, 2)
  await schedule.stop()
  assert.equal(signed, 2)
})
