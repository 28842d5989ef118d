import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createByteBudget, unlimited } from '../../../../ingress/http/byte-budget.ts'

test('bytes can be reserved until the budget is used up, and again after they were released', () => {
  const budget = createByteBudget(100)
  assert.deepEqual(
    [budget.reserve(60), budget.reserve(41), budget.reserve(40), budget.reserve(1)],
    [true, false, true, false],
  )
  budget.release(40)
  assert.deepEqual([budget.reserve(41), budget.reserve(40)], [false, true])
})

test('the unlimited budget has no limit', () => {
  assert.ok(unlimited.reserve(Number.MAX_SAFE_INTEGER))
  unlimited.release(1)
  assert.ok(unlimited.reserve(Number.MAX_SAFE_INTEGER))
})
