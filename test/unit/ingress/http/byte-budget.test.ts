import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createByteBudget, unlimited } from '../../../../ingress/http/byte-budget.ts'

test('it gives until it is used up, takes nothing where it does not reach, and gives again what came back', () => {
  const budget = createByteBudget(100)
  assert.deepEqual(
    [budget.reserve(60), budget.reserve(41), budget.reserve(40), budget.reserve(1)],
    [true, false, true, false],
  )
  budget.release(40)
  assert.deepEqual([budget.reserve(41), budget.reserve(40)], [false, true])
})

test('nothing is bounded for the proven', () => {
  assert.ok(unlimited.reserve(Number.MAX_SAFE_INTEGER))
  unlimited.release(1)
  assert.ok(unlimited.reserve(Number.MAX_SAFE_INTEGER))
})
