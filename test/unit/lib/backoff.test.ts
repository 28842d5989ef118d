import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from '../../../lib/backoff.ts'

test('the wait doubles with each failure, up to the longest wait', () => {
  const backoff = { firstMs: 100, maxMs: 700 }
  const waits = [1, 2, 3, 4, 5, 2000].map((failures) => backoffMs(backoff, failures))
  assert.deepEqual(waits, [100, 200, 400, 700, 700, 700])
})

test('jitter adds at most its share of the wait', () => {
  const backoff = { firstMs: 100, maxMs: 700, jitter: 0.5 }
  for (let attempt = 0; attempt < 100; attempt++) {
    const waitMs = backoffMs(backoff, 1)
    assert.ok(waitMs >= 100 && waitMs <= 150, String(waitMs))
  }
})
