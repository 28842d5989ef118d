import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createIndexSet } from '../../../../../consumers/audit-log/verify/index-set.ts'

test('a set has the indexes of all its ranges, also where they overlap', () => {
  const range = fc.tuple(fc.nat(60), fc.nat(9)).map(([first, more]) => ({ first, last: first + more }))
  fc.assert(
    fc.property(fc.array(fc.array(range)), (texts) => {
      const set = createIndexSet(
        texts.map((ranges) =>
          ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(','),
        ),
      )
      for (let index = 0; index < 72; index++) {
        const expected = texts.flat().some(({ first, last }) => first <= index && index <= last)
        assert.equal(set.has(index), expected)
      }
    }),
  )
})

test('a text that is no range is an error', () => {
  for (const text of ['x', '1-', '-1', '1.5'])
    assert.throws(() => createIndexSet([text]), /is no range of leaves/)
})
