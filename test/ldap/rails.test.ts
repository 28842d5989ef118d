import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { approve } from '../../consumers/ldap-sync/operate/approve.ts'
import { loadHolds, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { raise } from '../../consumers/ldap-sync/operate/raise.ts'
import { undo } from '../../consumers/ldap-sync/operate/undo.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { directory, startSync } = await openLdapTest()
const people = Array.from({ length: 70 }, (_, index) => `user${index + 1}`)
await directory.addPeople(people)

const groupDn = `cn=nordlicht-team-23,${groupBase}`
const members = () => directory.values(groupDn, 'member')
const dnsOf = (...users: number[]) => users.map((user) => personDn(`user${user}`)).sort()
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
const add = (users: readonly number[]) => users.map((user) => memberEvent('add', { user }))
const remove = (users: readonly number[]) => users.map((user) => memberEvent('remove', { user }))
const created = groupEvent('create', 23, 'nordlicht/team-23')
const holdsOf = (sync: RunningSync) => withOperator(sync, ({ pool }) => loadHolds(pool))

beforeEach(async () => {
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
})

test('the removal that passes the limit of a group is held, and all further ones of it', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(numbers(10)))
  await sync.feed(...remove([1, 2, 3, 4, 5, 6]))
  await sync.feed(...remove([7]))
  assert.deepEqual(await members(), dnsOf(6, 7, 8, 9, 10), 'five may leave a group of ten')
  const [hold, ...others] = await holdsOf(sync)
  assert.deepEqual(others, [])
  assert.deepEqual(
    hold?.items.map(({ change }) => 'value' in change && change.value),
    dnsOf(6, 7),
  )
  assert.equal(hold?.cause, 'group_removals')
  assert.equal(await sync.metric('ldap_sync_held_changes', { kind: 'removals' }), 2)

  // A hold survives a restart, and shrinks when an event makes one of its changes void.
  await sync.stop()
  const next = await startSync({ database: sync.database, env: sync.env })
  await next.feed(memberEvent('add', { user: 6, created: 60 }))
  const [smaller] = await holdsOf(next)
  assert.equal(smaller?.id, hold?.id)
  assert.notEqual(smaller?.digest, hold?.digest)
  await assert.rejects(
    withOperator(next, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? '')),
    /it has changed, or you have seen another one/,
  )
  await withOperator(next, (operator) => approve(operator, smaller?.id ?? 0, smaller?.digest ?? ''))
  assert.deepEqual(await members(), dnsOf(6, 8, 9, 10))
  assert.deepEqual(await holdsOf(next), [])
})

test('more than fifty removals over all groups are held, also where each group may lose them', async () => {
  const groups = numbers(13)
  const mapping = { mirror: groups.map((group) => ({ path: `nordlicht/team-${group}` })) }
  const sync = await startSync({ mapping })
  await withOperator(sync, (operator) =>
    raise(operator, { removals: undefined, additions: 999, forMs: 60_000 }),
  )
  for (const group of groups) {
    const users = numbers(5).map((user) => memberEvent('add', { user, group }))
    await sync.feed(groupEvent('create', group, `nordlicht/team-${group}`), ...users)
  }
  for (const group of groups)
    await sync.feed(...numbers(5).map((user) => memberEvent('remove', { user, group })))
  const holds = await holdsOf(sync)
  assert.deepEqual(
    holds.map(({ cause, items }) => [cause, items.length]),
    [['total_removals', 15]],
  )
})

test('more than fifty additions are held, until the limit is raised', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(numbers(55)))
  assert.equal((await members())?.length, 50)
  const [hold] = await holdsOf(sync)
  assert.deepEqual([hold?.cause, hold?.items.length], ['additions', 5])
  await withOperator(sync, (operator) =>
    raise(operator, { removals: undefined, additions: 60, forMs: 60_000 }),
  )
  await withOperator(sync, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? ''))
  await sync.feed(...add([56]))
  assert.equal((await members())?.length, 56)
  await sync.query("update ldap_sync.raises set until = now() - interval '1 second'")
  await sync.feed(...add([57]))
  assert.equal((await members())?.length, 56, 'a raise ends by itself')
})

test('in the mode propose nothing is written before a person approves it', async () => {
  const sync = await startSync({ env: { LDAP_SYNC_MODE: 'propose' } })
  await sync.feed(created, ...add(numbers(3)))
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.below(groupBase), [], 'not by a reconciliation either')
  await sync.feed(...add(numbers(60)))
  assert.deepEqual(await directory.below(groupBase), [])
  const [hold] = await holdsOf(sync)
  assert.deepEqual([hold?.cause, hold?.items.length], ['propose', 60])
  await withOperator(sync, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? ''))
  assert.equal((await members())?.length, 60)
  // What a person has approved does not count for the limit of the day.
  const applying = await startSync({ database: sync.database })
  await withOperator(applying, reconcile)
  await applying.feed(...add([61]))
  assert.equal((await members())?.length, 61)
})

test('a hold expires unapplied after seven days', async () => {
  const sync = await startSync({ env: { LDAP_SYNC_MODE: 'propose' } })
  await sync.feed(created, ...add([1]))
  const [hold] = await holdsOf(sync)
  const days = ((hold?.expiresAt.getTime() ?? 0) - (hold?.createdAt.getTime() ?? 0)) / 86_400_000
  assert.equal(days, 7)
  await sync.query("update ldap_sync.holds set expires_at = now() - interval '1 second'")
  await assert.rejects(
    withOperator(sync, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? '')),
    /no open hold/,
  )
  assert.deepEqual(await directory.below(groupBase), [])
  // What events ask for later waits in a hold that can be seen and approved.
  await sync.feed(...add([2]))
  const [fresh, ...others] = await holdsOf(sync)
  assert.deepEqual([fresh?.items.length, others], [1, []])
  assert.notEqual(fresh?.id, hold?.id)
})

test('an entry that the worker did not create is left alone, although it has the name', async () => {
  await directory.add(groupDn, { objectClass: 'groupOfNames', cn: 'nordlicht-team-23', member: placeholder })
  const sync = await startSync()
  await sync.feed(created, ...add([1]))
  assert.deepEqual(await members(), [placeholder])
  assert.equal(await sync.metric('ldap_sync_conflicting_groups'), 1)
})

test('a GitLab group that gets the path of another one later fills no LDAP group', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add([1]))
  await sync.feed(
    groupEvent('rename', 23, 'nordlicht/old', { second: 50, oldPath: 'nordlicht/team-23' }),
    groupEvent('create', 99, 'nordlicht/team-23', { second: 60 }),
    memberEvent('add', { user: 2, group: 99, created: 70 }),
  )
  assert.deepEqual(await directory.values(`cn=nordlicht-old,${groupBase}`, 'member'), dnsOf(1))
  assert.deepEqual(await directory.below(groupBase), [`cn=nordlicht-old,${groupBase}`])
})

test('members that somebody added by hand stay, and only those of the worker leave', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add([1]))
  await directory.addValue(groupDn, 'member', personDn('user2'))
  await directory.addValue(groupDn, 'member', `cn=nested,ou=elsewhere,${groupBase}`)
  await sync.feed(...add([2]), ...remove([1]))
  await sync.feed(...remove([2]))
  assert.deepEqual(await members(), [`cn=nested,ou=elsewhere,${groupBase}`, ...dnsOf(2)].sort())
})

test('whoever has left and is added by hand stays, although the removal is told again', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add([1, 2]))
  await sync.feed(...remove([1]))
  await directory.addValue(groupDn, 'member', personDn('user1'))
  await sync.feed(...remove([1]))
  assert.deepEqual(await members(), dnsOf(1, 2))
})

test('an undo brings the directory back byte by byte, and GitLab does not repeat the change', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(numbers(10)))
  const before = await directory.dump()
  await sync.feed(...remove([3, 5]), ...add([11]))
  assert.notEqual(await directory.dump(), before)
  const [{ run_id: run }] = (await sync.query(
    'select max(run_id)::integer as run_id from ldap_sync.runs',
  )) as [{ run_id: number }]
  await withOperator(sync, (operator) => undo(operator, run))
  assert.equal(await directory.dump(), before)
  await sync.feed(...remove([3]))
  assert.equal(await directory.dump(), before)
  assert.deepEqual(
    (await holdsOf(sync)).map(({ cause, items }) => [cause, items.length]),
    [['undone', 1]],
  )
  await assert.rejects(
    withOperator(sync, (operator) => undo(operator, run)),
    /was undone already/,
  )
})

test('an undo deletes no entry to which somebody else has added a member', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add([1]))
  await directory.addValue(groupDn, 'member', personDn('user40'))
  const [run] = await sync.query('select max(run_id)::integer as id from ldap_sync.runs')
  await assert.rejects(
    withOperator(sync, (operator) => undo(operator, Number(run?.id))),
    /has members that this run did not add, so that the entry is not deleted/,
  )
  assert.deepEqual(await members(), dnsOf(1, 40))
})

test('an undo that would pass a limit is held as a whole, and approved as shown', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(numbers(10)))
  const [{ run_id: run }] = (await sync.query(
    'select max(run_id)::integer as run_id from ldap_sync.runs',
  )) as [{ run_id: number }]
  const { hold } = await withOperator(sync, (operator) => undo(operator, run))
  assert.equal((await members())?.length, 10)
  const [shown] = await holdsOf(sync)
  assert.deepEqual([shown?.id, shown?.cause, shown?.items.length], [hold, 'undo', 10])
  await withOperator(sync, (operator) => approve(operator, shown?.id ?? 0, shown?.digest ?? ''))
  assert.deepEqual(await directory.below(groupBase), [])
})
