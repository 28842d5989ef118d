import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchHead } from '../../../../../consumers/audit-log/sign/watch-head.ts'

test('the size is read again and again, also after an error, until the watch is stopped', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const answers = [4, new Error('away'), 5, 6]
  const sizes: number[] = []
  const watch = watchHead({
    readSize: async () => {
      const answer = answers.shift()
      if (typeof answer !== 'number') throw answer
      return answer
    },
    onSize: (size) => sizes.push(size),
    everyMs: 1000,
  })
  const pass = async () => {
    t.mock.timers.tick(1000)
    await new Promise(setImmediate)
  }
  for (let round = 0; round < 3; round++) await pass()
  assert.deepEqual(sizes, [4, 5])
  watch.stop()
  await pass()
  assert.deepEqual([sizes, answers], [[4, 5], [6]])
})
