// What an approval accepts beside the changes that it makes, and what it leaves.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ldapError } from '../../consumers/ldap-sync/directory/ldap-failure.ts'
import type { Search } from '../../consumers/ldap-sync/directory/ldap-settings.ts'
import { approve } from '../../consumers/ldap-sync/operate/approve.ts'
import { loadHolds, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, peopleBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withAnswers, withOperator } from '../helpers/ldap/operator-of.ts'

const { directory, startSync } = await openLdapTest()
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const dnOf = (group: number) => `cn=nordlicht-team-${group},${groupBase}`
const members = (group: number, attribute = 'member') => directory.values(dnOf(group), attribute)
const createdOf = (group: number) => groupEvent('create', group, `nordlicht/team-${group}`)
const holdsOf = (sync: RunningSync) => withOperator(sync, ({ pool }) => loadHolds(pool))

beforeEach(async () => {
  for (const base of [groupBase, peopleBase])
    for (const dn of await directory.below(base)) await directory.remove(dn)
  await directory.addPeople(numbers(10).map((user) => `user${user}`))
})

test('what an approval cannot do stays in the hold, and the mapping is not accepted', async () => {
  const mirror = [23, 24].map((group) => ({ path: `nordlicht/team-${group}` }))
  const before = await startSync({ mapping: { mirror } })
  for (const group of [23, 24]) await before.feed(createdOf(group), memberEvent('add', { user: 1, group }))
  await withOperator(before, reconcile)
  const owners = mirror.map((rule) => ({ ...rule, access: ['owner'] }))
  const sync = await startSync({ mapping: { mirror: owners }, database: before.database })
  await withOperator(sync, reconcile)
  const [hold] = await holdsOf(sync)
  assert.deepEqual([hold?.cause, hold?.items.length], ['mapping_changed', 2])

  const cut = ({ base }: Search) =>
    base === dnOf(24) ? ldapError('search', 'not_known', 'the answer is cut') : undefined
  const { done, left } = await withAnswers(sync, cut, (operator) =>
    approve(operator, hold?.id ?? 0, hold?.digest ?? ''),
  )
  assert.deepEqual([done.length, left.length], [1, 1])
  assert.ok(!(await members(23))?.includes(personDn('user1')))
  assert.deepEqual(
    (await holdsOf(sync)).map(({ id, items }) => [id, items.length]),
    [[hold?.id, 1]],
  )
  assert.equal((await withOperator(sync, reconcile)).holds.length, 1, 'nothing else is accepted')
  assert.deepEqual(await members(24), [personDn('user1')])
})

test('an approval of what events ask for does not accept that the people are gone', async () => {
  const groups = { base: groupBase, class: 'posixGroup', first_gid: 20_000 }
  const sync = await startSync({ mapping: { groups } })
  await sync.feed(createdOf(23), ...numbers(10).map((user) => memberEvent('add', { user })))
  await withOperator(sync, reconcile)
  await sync.feed(...numbers(6).map((user) => memberEvent('remove', { user })))
  for (const dn of await directory.below(peopleBase)) await directory.remove(dn)
  const [hold] = await holdsOf(sync)
  assert.deepEqual([hold?.cause, hold?.items.length], ['group_removals', 1])
  await withOperator(sync, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? ''))
  assert.equal((await members(23, 'memberUid'))?.length, 4)

  await sync.query('update ldap_sync.memberships set step = 2 where user_id = 7')
  await withOperator(sync, reconcile)
  assert.deepEqual(
    (await holdsOf(sync)).map(({ cause, items }) => [cause, items.length]),
    [['nothing_found', 1]],
  )
  assert.equal((await members(23, 'memberUid'))?.length, 4)
})
