// What counts for the limits, from a journal that is written by hand.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { approve } from '../../consumers/ldap-sync/operate/approve.ts'
import { loadHolds, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { raise } from '../../consumers/ldap-sync/operate/raise.ts'
import { undo } from '../../consumers/ldap-sync/operate/undo.ts'
import { defaultLimits, groupLimit } from '../../consumers/ldap-sync/plan/brake.ts'
import { loadBrakeState } from '../../consumers/ldap-sync/state/brake-state.ts'
import { at, groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, peopleBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { directory, startSync } = await openLdapTest()
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
await directory.addPeople(numbers(12).map((user) => `user${user}`))
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const members = () => directory.values(groupDn, 'member')
const created = groupEvent('create', 23, 'nordlicht/team-23')
const add = (...users: number[]) => users.map((user) => memberEvent('add', { user }))
const remove = (...users: number[]) => users.map((user) => memberEvent('remove', { user }))
const stateOf = (sync: RunningSync) => withOperator(sync, ({ pool }) => loadBrakeState(pool))
const holdsOf = async (sync: RunningSync) =>
  (await withOperator(sync, ({ pool }) => loadHolds(pool))).map(({ cause, items }) => [cause, items.length])
const lastRun = async (sync: RunningSync) =>
  Number((await sync.query('select max(run_id)::integer as id from ldap_sync.runs'))[0]?.id)

beforeEach(async () => {
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
})

/** Writes one request into the journal. The removals are powers of two, so that their sum names them. */
const journal = (sync: RunningSync, cause: string, outcome: string, hoursAgo: number, removals: number) =>
  sync.query(
    `with run as (insert into ldap_sync.runs (cause) values ($1) returning run_id)
     insert into ldap_sync.operations
       (run_id, at, dn_key, operation, ldif, inverse_ldif, removals, additions, outcome)
     select run_id, now() - $3::float * interval '1 hour', 'cn=a', '{}', '', '', $4, 2 * $4, $2 from run`,
    [cause, outcome, hoursAgo, removals],
  )

test('what the worker did by itself within 24 hours counts, also if the answer was lost', async () => {
  const sync = await startSync()
  const entries: [cause: string, outcome: string, hoursAgo: number][] = [
    ['events', 'done', 0],
    ['events', 'sent', 23.9],
    ['reconcile', 'done', 12],
    ['expiry', 'done', 12],
    ['events', 'failed', 0],
    ['events', 'done', 24.1],
    ['approval', 'done', 0],
    ['undo', 'done', 0],
  ]
  for (const [index, [cause, outcome, hours]] of entries.entries())
    await journal(sync, cause, outcome, hours, 2 ** index)
  const { removals, additions, groupRemovals } = await stateOf(sync)
  assert.deepEqual([removals, additions, groupRemovals.get('cn=a')], [1 + 2 + 4 + 8, 2 * 15, 15])
})

test('the size of a group is the number of its members before the removals of the day', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(1, 2, 3))
  const sizeOf = async () => [...(await stateOf(sync)).groupSizes.values()]
  assert.deepEqual(await sizeOf(), [3])
  await sync.feed(...remove(1, 2))
  assert.deepEqual(await sizeOf(), [3])
  await sync.feed(...remove(3))
  assert.deepEqual(await sizeOf(), [3], 'the placeholder is no member')
})

test('a raise ends by itself, and one below the usual limit changes nothing', async () => {
  const sync = await startSync()
  await withOperator(sync, (operator) => raise(operator, { removals: 1, additions: 2, forMs: 60_000 }))
  const { limits } = await stateOf(sync)
  assert.deepEqual([limits.removals, limits.additions], [defaultLimits.removals, defaultLimits.additions])
  assert.equal(groupLimit(100, limits), 20)
  await withOperator(sync, (operator) => raise(operator, { removals: 80, additions: 90, forMs: 60_000 }))
  assert.deepEqual((await stateOf(sync)).limits, { removals: 80, additions: 90, groupRemovals: 80 })
  await sync.query('update ldap_sync.raises set until = now()')
  assert.deepEqual((await stateOf(sync)).limits, defaultLimits)
})

test('removals of several batches count together', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(...numbers(10)))
  for (const user of numbers(6)) await sync.feed(...remove(user))
  assert.equal((await members())?.length, 5)
  assert.deepEqual(await holdsOf(sync), [['group_removals', 1]])
})

test('what GitLab asks for no more leaves the holds, and an empty hold is closed', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(...numbers(10)))
  await sync.feed(...remove(...numbers(6)))
  await sync.feed(memberEvent('add', { user: 6, created: 60 }))
  assert.deepEqual(await holdsOf(sync), [])
  await sync.feed(memberEvent('remove', { user: 6, created: 60 }))
  assert.deepEqual(await holdsOf(sync), [['group_removals', 1]])
  // The list of GitLab's API has the user again.
  await sync.query('update ldap_sync.memberships set step = 1 where user_id = 6')
  await withOperator(sync, reconcile)
  assert.deepEqual(await holdsOf(sync), [])
  assert.deepEqual(await sync.query("select state from ldap_sync.holds where state <> 'void'"), [])
})

test('what a person has undone is held by a reconciliation, too, until it is approved', async () => {
  const sync = await startSync()
  await sync.feed(created, ...add(1, 2, 3))
  await sync.feed(...remove(3))
  await withOperator(sync, async (operator) => undo(operator, await lastRun(sync)))
  await withOperator(sync, reconcile)
  assert.deepEqual(
    await members(),
    [1, 2, 3].map((user) => personDn(`user${user}`)),
  )
  assert.deepEqual(await holdsOf(sync), [['undone', 1]])
  const [hold] = await withOperator(sync, ({ pool }) => loadHolds(pool))
  await withOperator(sync, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? ''))
  assert.equal((await members())?.length, 2)
  // Approved once, it is no longer undone.
  await sync.feed(memberEvent('add', { user: 3, created: 60 }), memberEvent('add', { user: 4 }))
  await sync.feed(memberEvent('remove', { user: 3, created: 60 }))
  assert.deepEqual(await holdsOf(sync), [])
  assert.equal((await members())?.length, 3)
})

test('events do not change the list of an undo that waits', async () => {
  const sync = await startSync({ mapping: { people: { base: peopleBase, ssh_keys: true } } })
  const key = (id: number) => ({
    ...{ event_name: 'key_create', id, username: 'user1', key: `ssh-ed25519 ${id}` },
    ...{ created_at: at(0), updated_at: at(0) },
  })
  await sync.feed(created, ...add(...numbers(10)), ...numbers(6).map(key))
  await sync.feed(...numbers(6).map(key))
  for (const run of numbers(await lastRun(sync))) await withOperator(sync, (operator) => undo(operator, run))
  const before = await withOperator(sync, ({ pool }) => loadHolds(pool))
  assert.deepEqual(
    before.map(({ cause }) => cause),
    ['undo'],
  )
  await sync.feed(...add(11), ...remove(1), key(7))
  const [after] = await withOperator(sync, ({ pool }) => loadHolds(pool))
  assert.equal(after?.digest, before[0]?.digest)
})
