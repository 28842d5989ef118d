import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { currentPath, earlierPaths } from '../../../../../consumers/ldap-sync/facts/current-path.ts'

const segment = fc.constantFrom('a', 'b', 'c')
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const renames = fc
  .array(fc.record({ oldPath: path, newPath: path }), { maxLength: 6 })
  .map((list) => list.map((rename, index) => ({ ...rename, at: index + 1 })))

test('whatever path an event named and whenever, it is among the earlier paths of the current one', () => {
  fc.assert(
    fc.property(path, fc.integer({ min: 0, max: 7 }), renames, (named, at, list) => {
      const now = currentPath(named, at, list)
      assert.ok(earlierPaths(now, list).includes(named), `${named} became ${now}`)
    }),
  )
})
