import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BrakeState,
  decideEach,
  decideTogether,
  defaultLimits,
} from '../../../../../consumers/ldap-sync/plan/brake.ts'
import type { ChangeKind, Proposed } from '../../../../../consumers/ldap-sync/plan/change.ts'
import { type HoldRef, holdKeyOf } from '../../../../../consumers/ldap-sync/plan/hold.ts'

const idle: BrakeState = {
  limits: defaultLimits,
  ...{ removals: 0, additions: 0, groupRemovals: new Map(), groupSizes: new Map([['a', 100]]) },
  ...{ openHolds: new Set(), undone: new Set() },
}
const withOpen = (hold: HoldRef): BrakeState => ({ ...idle, openHolds: new Set([holdKeyOf(hold)]) })

const change = (kind: ChangeKind, userId: number, dnKey = 'a'): Proposed => {
  const dn = `cn=${dnKey}`
  const isMove = kind === 'rename_group' || kind === 'archive_group'
  const of = isMove ? { kind, dn, newDn: 'cn=b' } : { kind, dn, attribute: 'member', value: `uid=${userId}` }
  return { change: of, targetId: 1, userId, dnKey } as Proposed
}
const causesOf = (changes: readonly Proposed[], state: BrakeState) =>
  decideEach(changes, state, 'apply').held.map(({ hold, items }) => [hold.cause, hold.scope, items.length])

test('what comes after a held change waits too, although it would be within the limits itself', () => {
  const [ofGroup, ofAll] = [
    { cause: 'group_removals', scope: 'a' },
    { cause: 'total_removals', scope: '' },
  ] as const
  const removals = [change('remove_member', 1), change('remove_member', 2, 'other')]
  assert.deepEqual(causesOf(removals, idle), [])
  assert.deepEqual(causesOf(removals, withOpen(ofGroup)), [['group_removals', 'a', 1]])
  assert.deepEqual(causesOf(removals, withOpen(ofAll)), [['total_removals', '', 2]])
  const additions = withOpen({ cause: 'additions', scope: '' })
  assert.deepEqual(causesOf([change('add_member', 3), change('remove_member', 1)], additions), [
    ['additions', '', 1],
  ])
  for (const cause of ['reconcile', 'undo'] as const) {
    const { allowed } = decideTogether(removals, withOpen({ cause, scope: '' }), 'apply', cause)
    assert.deepEqual(allowed, [], cause)
  }
})

test('renames, archives and removed keys count as removals', () => {
  for (const kind of ['remove_member', 'remove_key', 'rename_group', 'archive_group'] as const) {
    const state = { ...idle, removals: defaultLimits.removals }
    assert.deepEqual(causesOf([change(kind, 1)], state), [['total_removals', '', 1]], kind)
  }
  for (const kind of ['add_member', 'add_key'] as const) {
    const state = { ...idle, additions: defaultLimits.additions }
    assert.deepEqual(causesOf([change(kind, 1)], state), [['additions', '', 1]], kind)
  }
})

test('a group may lose five members or a fifth of them, and all groups fifty, in a day', () => {
  const allowedOf = (size: number, group: string) => {
    const removals = Array.from({ length: 200 }, (_, index) => change('remove_member', index, group))
    return decideEach(removals, { ...idle, groupSizes: new Map([[group, size]]) }, 'apply').allowed.length
  }
  const sizes = [0, 10, 29, 30, 100, 250, 251, 10_000]
  assert.deepEqual(
    sizes.map((size) => allowedOf(size, 'a')),
    [5, 5, 5, 6, 20, 50, 50, 50],
  )
})
