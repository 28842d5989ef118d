import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomHex } from '../../../../ingress/record/random-hex.ts'

test('every call gives new digits, however often the pool is refilled', () => {
  const drawn = Array.from({ length: 10_000 }, () => randomHex(24))
  assert.equal(new Set(drawn).size, drawn.length)
  for (const digits of drawn) assert.match(digits, /^[0-9a-f]{48}$/)
})

test('one call can take the whole pool, and so can the next', () => {
  assert.equal(randomHex(4096).length, 8192)
  assert.notEqual(randomHex(4096), randomHex(4096))
})
