import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMutex } from '../../../lib/mutex.ts'

test('actions run one at a time and in order, and a failed action does not affect the next one', async () => {
  const oneAtATime = createMutex()
  const happened: string[] = []
  const act = (name: string) => async () => {
    happened.push(`${name} begins`)
    await new Promise(setImmediate)
    happened.push(`${name} ends`)
    if (name === 'a') throw new Error('a failed')
    return name
  }
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => oneAtATime(act(name))))
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    ['Error: a failed', 'b', 'c'],
  )
  assert.deepEqual(happened, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
