import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRunningTimer } from '../../../lib/running-timer.ts'

test('it counts the time in which the process runs', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  let calls = 0
  startRunningTimer(() => void calls++, 250)
  t.mock.timers.tick(299)
  assert.equal(calls, 0)
  t.mock.timers.tick(1)
  t.mock.timers.tick(1000)
  assert.equal(calls, 1, 'once, after whole ticks')
})

test('a limit below one tick is kept, and a stopped timer does not call back', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const calls: string[] = []
  startRunningTimer(() => calls.push('short'), 30)
  clearTimeout(startRunningTimer(() => calls.push('stopped'), 30))
  t.mock.timers.tick(30)
  assert.deepEqual(calls, ['short'])
})

test('a time in which the process stands still counts as one tick', async () => {
  let isOver = false
  const timer = startRunningTimer(() => {
    isOver = true
  }, 1000)
  for (const until = performance.now() + 1500; performance.now() < until; );
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(isOver, false)
  clearTimeout(timer)
})
