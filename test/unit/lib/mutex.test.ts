import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMutex } from '../../../lib/mutex.ts'

test('one acts at a time, in order; the failure of one is its own', async () => {
  const inTurn = createMutex()
  const happened: string[] = []
  const act = (name: string) => async () => {
    happened.push(`${name} begins`)
    await new Promise(setImmediate)
    happened.push(`${name} ends`)
    if (name === 'a') throw new Error('a failed')
    return name
  }
  const results = await Promise.allSettled(['a', 'b', 'c'].map((name) => inTurn(act(name))))
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    ['Error: a failed', 'b', 'c'],
  )
  assert.deepEqual(happened, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
