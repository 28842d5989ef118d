import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { startBrokerWatch } from '../../../../../consumers/runtime/health/broker-watch.ts'

test('brokers are away while neither the client nor a probe gets an answer', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let lastAnswerAt = performance.now()
  let probes = 0
  let isAnswering = false
  const changes: boolean[] = []
  const watch = startBrokerWatch({
    lastAnswerAt: () => lastAnswerAt,
    probe: async () => {
      probes += 1
      if (!isAnswering) throw new Error('connection refused')
    },
    onChange: (areAway) => changes.push(areAway),
  })
  t.after(watch.stop)
  const passSecond = async () => {
    t.mock.timers.tick(1000)
    await nextTurn()
  }

  await passSecond()
  assert.deepEqual([watch.areAway(), probes], [false, 0], 'the client gets answers, so there is no probe')
  lastAnswerAt -= 60_000
  await passSecond()
  await passSecond()
  assert.deepEqual([watch.areAway(), probes], [true, 2])
  isAnswering = true
  await passSecond()
  assert.deepEqual([watch.areAway(), probes], [false, 3], 'the client may still wait for its group')
  isAnswering = false
  await passSecond()
  lastAnswerAt = performance.now()
  await passSecond()
  assert.deepEqual([watch.areAway(), probes, changes], [false, 4, [true, false, true, false]])
})
