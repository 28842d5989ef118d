import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createByteBudget, unlimited } from '../../../../ingress/http/byte-budget.ts'

test('it gives until it is used up, takes nothing where it does not reach, and gives again what came back', () => {
  const budget = createByteBudget(100)
  assert.deepEqual(
    [budget.take(60), budget.take(41), budget.take(40), budget.take(1)],
    [true, false, true, false],
  )
  budget.give(40)
  assert.deepEqual([budget.take(41), budget.take(40)], [false, true])
})

test('nothing is bounded for the proven', () => {
  assert.ok(unlimited.take(Number.MAX_SAFE_INTEGER))
  unlimited.give(1)
  assert.ok(unlimited.take(Number.MAX_SAFE_INTEGER))
})
