// Rails that stand behind another one. Each test makes the state that the rail in front would have prevented.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ldapError } from '../../consumers/ldap-sync/directory/ldap-failure.ts'
import type { Entry, Search } from '../../consumers/ldap-sync/directory/ldap-settings.ts'
import { diff, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { followPerson } from '../../consumers/ldap-sync/sync/bind-person.ts'
import { groupEvent, instance, memberEvent } from '../helpers/ldap/events.ts'
import { groupBase, peopleBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { withAnswers, withOperator } from '../helpers/ldap/operator-of.ts'

const { directory, startSync } = await openLdapTest()
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const members = (attribute = 'member') => directory.values(groupDn, attribute)
const created = groupEvent('create', 23, 'nordlicht/team-23')
const member = (verb: 'add' | 'remove', user: number, username: string) =>
  memberEvent(verb, { user, username })
const [anna, bela] = [member('add', 1, 'anna'), member('add', 2, 'bela')]
const posix = { base: groupBase, class: 'posixGroup', first_gid: 20_000 }

beforeEach(async () => {
  for (const base of [groupBase, peopleBase])
    for (const dn of await directory.below(base)) await directory.remove(dn)
  await directory.addPeople(['anna', 'bela'])
})

const incomplete = ldapError('search', 'not_known', 'the answer is cut')
const absent = ldapError('search', 'absent', 'no such object')

for (const [title, answer] of [
  ['is cut', incomplete],
  ['has no entry', []],
] as const)
  test(`a group that the worker made is not made again when the answer ${title}`, async () => {
    const sync = await startSync()
    await sync.feed(created, anna)
    const lie = ({ base }: Search) => (base === groupDn ? answer : undefined)
    const { changes } = await withAnswers(sync, lie, reconcile)
    assert.deepEqual(changes, [])
    assert.deepEqual(await sync.query('select unreadable from ldap_sync.targets'), [{ unreadable: true }])
  })

test('a person is given up only if the directory says of name and id that they are gone', async () => {
  const sync = await startSync()
  await sync.feed(created, anna)
  const bound = { dn: personDn('anna'), memberName: 'anna', id: 'entryUUID 00' }
  const followed = (
    byName: readonly Entry[] | Error,
    byId: readonly Entry[] | Error,
    id: string | undefined = bound.id,
  ) =>
    withAnswers(
      sync,
      ({ scope }) => (scope === 'base' ? byName : byId),
      (operator) => followPerson(operator, instance, 1, { ...bound, id }),
    )
  assert.equal(await followed(incomplete, []), 'not_known')
  assert.equal(await followed([], incomplete), 'not_known')
  assert.deepEqual(await sync.query('select problem from ldap_sync.people'), [{ problem: null }])
  assert.equal(await followed([], []), 'gone')
  assert.equal(await followed(absent, []), 'gone')
  const withoutId = { ...bound, id: undefined }
  const answer = await withAnswers(
    sync,
    () => [],
    (operator) => followPerson(operator, instance, 1, withoutId),
  )
  assert.equal(answer, 'not_known', 'without an id, it may have been renamed')
})

test('a list of people that is cut ends the reconciliation before it writes', async () => {
  const sync = await startSync()
  await sync.feed(created, anna)
  await withOperator(sync, reconcile)
  await directory.removeValue(groupDn, 'member', personDn('anna')).catch(() => undefined)
  const before = [await directory.dump(), await sync.query('select people from ldap_sync.settings')]
  const lie = ({ base, size }: Search) => (base === peopleBase && size === 'paged' ? incomplete : undefined)
  await assert.rejects(withAnswers(sync, lie, reconcile), { kind: 'not_known' })
  assert.deepEqual(
    [await directory.dump(), await sync.query('select people from ldap_sync.settings')],
    before,
  )
})

test('what the worker owns in a group that it cannot see for a moment stays its own', async () => {
  const sync = await startSync({ mapping: { groups: posix } })
  await sync.feed(created, anna, bela)
  // Bela's entry is gone, and GitLab has removed anna: in both cases the value is still in the group.
  await directory.remove(personDn('bela'))
  await sync.query('update ldap_sync.memberships set step = 2 where user_id = 1')
  await withAnswers(sync, ({ base }) => (base === groupDn ? absent : undefined), diff)
  await sync.feed(member('remove', 1, 'anna'), member('remove', 2, 'bela'))
  assert.deepEqual(await members('memberUid'), [])
})

test('the value of a person whose entry is gone can still be removed', async () => {
  const sync = await startSync({ mapping: { groups: posix } })
  await sync.feed(created, anna, bela)
  // The worker knows the new name of the entry, and the group still has the old one.
  await directory.rename(personDn('bela'), personDn('bela.lind'))
  await withOperator(sync, diff)
  await directory.remove(personDn('bela.lind'))
  await sync.feed(memberEvent('update', { user: 2, username: 'bela', updated: 5 }))
  await sync.feed(memberEvent('remove', { user: 2, username: 'bela', updated: 9 }))
  assert.deepEqual(await members('memberUid'), ['anna'])
})

test('the database gives neither one entry to two users nor one LDAP group to two rules', async () => {
  const sync = await startSync()
  await sync.feed(created, anna, bela)
  await assert.rejects(
    sync.query(
      `update ldap_sync.people set dn_key = (select dn_key from ldap_sync.people where user_id = 1)
        where user_id = 2`,
    ),
    /unique constraint/,
  )
  await assert.rejects(
    sync.query(
      `insert into ldap_sync.targets
         (rule_key, instance, kind, container_id, access, dn, dn_key, origin, state)
       select 'other', instance, kind, 99, access, dn, dn_key, origin, state from ldap_sync.targets`,
    ),
    /unique constraint/,
  )
})

test('of two rules that lead to one LDAP group only the first one is used', async () => {
  const mirror = [{ path: 'nordlicht/team-23' }, { path: 'nordlicht-team-23' }]
  const sync = await startSync({ mapping: { mirror } })
  await sync.feed(created, anna, groupEvent('create', 24, 'nordlicht-team-23'))
  await sync.feed(memberEvent('add', { user: 2, username: 'bela', group: 24 }))
  assert.deepEqual(await members(), [personDn('anna')])
  assert.ok(sync.lines.some(({ message }) => /two rules of the mapping lead to one LDAP group/.test(message)))
})

test('a placeholder of somebody else, or one that the state takes for a user, is not removed', async () => {
  const adopted = `cn=adopted,${groupBase}`
  await directory.add(adopted, { objectClass: 'groupOfNames', cn: 'adopted', member: placeholder })
  const mirror = [{ path: 'nordlicht/team-23', adopt: adopted }]
  const sync = await startSync({ mapping: { mirror } })
  await sync.feed(created, anna)
  assert.deepEqual(await directory.values(adopted, 'member'), [placeholder, personDn('anna')])
  await sync.query('insert into ldap_sync.owned_members select target_id, 0, $1 from ldap_sync.targets', [
    placeholder,
  ])
  const { changes } = await withOperator(sync, diff)
  assert.deepEqual(changes, [], 'it is not removed as a user is')
})

test('a user with the id 0, which stands for the placeholder, becomes no member', async () => {
  const sync = await startSync()
  await sync.feed(created, anna, member('add', 0, 'bela'))
  assert.deepEqual(await members(), [personDn('anna')])
})

test('a user whose entry has no user name is no member of a group of user names', async () => {
  const nameless = `cn=nameless,${peopleBase}`
  await directory.add(nameless, { objectClass: 'inetOrgPerson', cn: 'nameless', sn: 'nameless' })
  const sync = await startSync({ mapping: { groups: posix } })
  await sync.query(
    `insert into ldap_sync.people (instance, user_id, username, dn, dn_key, member_name)
     values ($1, 9, 'nameless', $2, $2, '')`,
    [instance, nameless],
  )
  await sync.feed(created, anna, member('add', 9, 'nameless'))
  assert.deepEqual(await members('memberUid'), ['anna'])
})

test('an entry that gets the name of another bound one does not stop the reconciliation', async () => {
  const sync = await startSync()
  await sync.feed(created, anna, bela)
  await directory.remove(personDn('bela'))
  await directory.rename(personDn('anna'), personDn('bela'))
  await withOperator(sync, reconcile)
  assert.deepEqual(
    await sync.query("select user_id::integer from ldap_sync.people where problem = 'reused'"),
    [{ user_id: 1 }],
  )
})
