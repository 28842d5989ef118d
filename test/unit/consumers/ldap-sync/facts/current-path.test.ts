import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRenames, type Rename } from '../../../../../consumers/ldap-sync/facts/current-path.ts'

const segment = fc.constantFrom('a', 'b', 'c')
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const time = fc.integer({ min: 0, max: 7 })
const renames = fc
  .array(fc.record({ oldPath: path, newPath: path, at: time }), { maxLength: 6 })
  .map((list) => list.toSorted((a, b) => a.at - b.at))

/** The definition: every later rename, one after the other. */
const renamed = (path: string, at: number, list: readonly Rename[]): string =>
  list
    .filter((rename) => rename.at > at)
    .reduce(
      (current, { oldPath, newPath }) =>
        current.startsWith(`${oldPath}/`) ? newPath + current.slice(oldPath.length) : current,
      path,
    )

test('the current path is what all later renames of the parents make of it, in their order', () => {
  fc.assert(
    fc.property(path, time, renames, (named, at, list) => {
      assert.equal(createRenames(list).currentPath(named, at), renamed(named, at, list))
    }),
    { numRuns: 2000 },
  )
})

test('whatever path an event named and whenever, it is among the earlier paths of the current one', () => {
  fc.assert(
    fc.property(path, time, renames, (named, at, list) => {
      const now = renamed(named, at, list)
      assert.ok(createRenames(list).earlierPaths(now).includes(named), `${named} became ${now}`)
    }),
    { numRuns: 2000 },
  )
})
