// Somebody else changes the directory between the moments in which the worker reads it and writes to it.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { loadHolds, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { undo } from '../../consumers/ldap-sync/operate/undo.ts'
import { at, groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import {
  blind,
  groupBase,
  peopleBase,
  personDn,
  personEntry,
  placeholder,
} from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { server, directory, startSync } = await openLdapTest()
const dnOf = (name: string) => `cn=${name},${groupBase}`
const [groupDn, newDn] = [dnOf('nordlicht-team-23'), dnOf('nordlicht-core')]
const members = (dn = groupDn) => directory.values(dn, 'member')
const created = groupEvent('create', 23, 'nordlicht/team-23')
const renamed = groupEvent('rename', 23, 'nordlicht/core', { second: 10, oldPath: 'nordlicht/team-23' })
const anna = memberEvent('add', { user: 1, username: 'anna' })
const bela = memberEvent('add', { user: 2, username: 'bela' })
const noAnna = memberEvent('remove', { user: 1, username: 'anna' })
/** What somebody makes who does not know the worker. */
const makeForeign = (dn: string) =>
  directory.add(dn, { objectClass: 'groupOfNames', cn: dn.slice(3, dn.indexOf(',')), member: placeholder })
const ownedUsers = async (sync: RunningSync) =>
  (await sync.query('select user_id::integer from ldap_sync.owned_members order by 1')).map(
    ({ user_id }) => user_id,
  )

beforeEach(async () => {
  for (const base of [groupBase, peopleBase])
    for (const dn of await directory.below(base)) await directory.remove(dn)
  await directory.addPeople(['anna', 'bela'])
})

const startWithProxy = async () => {
  const proxy = await startLdapProxy(server)
  return { proxy, sync: await startSync({ env: { LDAP_SYNC_URL: proxy.url } }) }
}

test('an entry that somebody makes just before the worker does is left alone', async () => {
  const { proxy, sync } = await startWithProxy()
  proxy.before('add', () => makeForeign(groupDn))
  await sync.feed(created, anna)
  await sync.feed(bela)
  assert.deepEqual(await members(), [placeholder])
  assert.equal(await sync.metric('ldap_sync_conflicting_groups'), 1)
  assert.deepEqual(await ownedUsers(sync), [])
})

test('an entry that somebody makes after the request of the worker was lost is left alone', async () => {
  const { proxy, sync } = await startWithProxy()
  proxy.cut('add', 'request')
  await assert.rejects(sync.feed(created, anna), { kind: 'unavailable' })
  await makeForeign(groupDn)
  await sync.feed(created, anna)
  await sync.feed(bela)
  assert.deepEqual(await members(), [placeholder])
  assert.equal(await sync.metric('ldap_sync_conflicting_groups'), 1)
  assert.deepEqual(await ownedUsers(sync), [])
})

test('an entry of the worker that could not be seen for a moment stays its own', async () => {
  const { proxy, sync } = await startWithProxy()
  await sync.feed(created, anna, bela)
  await directory.remove(groupDn)
  proxy.before('add', () =>
    directory.add(groupDn, {
      ...{ objectClass: 'groupOfNames', cn: 'nordlicht-team-23' },
      member: [personDn('anna'), personDn('bela')],
    }),
  )
  await withOperator(sync, reconcile)
  const [target] = await sync.query('select state, unreadable from ldap_sync.targets')
  assert.deepEqual(target, { state: 'present', unreadable: true })
  await sync.feed(noAnna)
  assert.deepEqual(await members(), [personDn('bela')])
})

test('a group that is gone when its members are changed is read again, and made by nobody', async () => {
  const { proxy, sync } = await startWithProxy()
  await sync.feed(created, anna)
  proxy.before('modify', () => directory.remove(groupDn))
  await assert.rejects(sync.feed(bela), { name: 'RetriableError' })
  await sync.feed(bela)
  assert.equal(await members(), undefined)
  assert.equal(await sync.metric('ldap_sync_unreadable_groups'), 1)
  await withOperator(sync, reconcile)
  assert.deepEqual(await members(), [personDn('anna'), personDn('bela')])
})

test('a rename of a group that is gone does not take over the entry that has the new name', async () => {
  const sync = await startSync()
  await sync.feed(created, anna)
  await directory.remove(groupDn)
  await makeForeign(newDn)
  await sync.feed(renamed)
  await sync.feed(bela)
  assert.deepEqual(await directory.below(groupBase), [newDn])
  assert.deepEqual(await members(newDn), [placeholder])
})

test('a rename to a name that another entry has leaves both entries as they are', async () => {
  const sync = await startSync()
  await sync.feed(created, anna)
  await makeForeign(newDn)
  const before = await directory.dump()
  await sync.feed(renamed)
  assert.equal(await directory.dump(), before)
  await sync.feed(bela)
  assert.deepEqual(await members(), [personDn('anna'), personDn('bela')])
  assert.deepEqual(await members(newDn), [placeholder])
})

test('a rename whose answer was lost is done once, and counts once', async () => {
  const { proxy, sync } = await startWithProxy()
  await sync.feed(created, anna)
  proxy.cut('rename', 'answer')
  await assert.rejects(sync.feed(renamed), { kind: 'unavailable' })
  await sync.feed(renamed)
  await sync.feed(bela)
  assert.deepEqual(await members(newDn), [personDn('anna'), personDn('bela')])
  const [row] = await sync.query(
    "select sum(removals)::integer as removals from ldap_sync.operations where outcome <> 'failed'",
  )
  assert.equal(row?.removals, 1)
})

test('an SSH key of a person whose entry is gone keeps nobody else waiting', async () => {
  const people = { base: peopleBase, ssh_keys: true }
  const sync = await startSync({ mapping: { people } })
  const key = (verb: string, id: number) => ({
    ...{ event_name: `key_${verb}`, id, username: 'anna', key: `ssh-ed25519 ${id}` },
    ...{ created_at: at(0), updated_at: at(0) },
  })
  await sync.feed(created, anna, key('create', 4))
  await sync.feed(bela)
  await directory.remove(personDn('anna'))
  await sync.feed(key('destroy', 4), key('create', 5), memberEvent('remove', { user: 2, username: 'bela' }))
  assert.deepEqual(await members(), [placeholder])
  await withOperator(sync, reconcile)
  await directory.add(...personEntry('anna'))
  assert.deepEqual(await directory.values(personDn('anna'), 'sshPublicKey'), [])
})

test('an SSH key that somebody else adds or removes between look and change is no error', async () => {
  const proxy = await startLdapProxy(server)
  const people = { base: peopleBase, ssh_keys: true }
  const sync = await startSync({ mapping: { people }, env: { LDAP_SYNC_URL: proxy.url } })
  const key = (verb: string, id: number) => ({
    ...{ event_name: `key_${verb}`, id, username: 'anna', key: `ssh-ed25519 ${id}` },
    ...{ created_at: at(0), updated_at: at(0) },
  })
  const change = (how: 'addValue' | 'removeValue', id: number) => () =>
    directory[how](personDn('anna'), 'sshPublicKey', `ssh-ed25519 ${id}`)
  await sync.feed(created, anna)
  proxy.before('modify', change('addValue', 4))
  await sync.feed(key('create', 4))
  await sync.feed(key('create', 5))
  proxy.before('modify', change('removeValue', 5))
  await sync.feed(key('destroy', 4), key('destroy', 5))
  for (const kind of ['add_key', 'remove_key'])
    assert.equal(await sync.metric('ldap_sync_changes_total', { kind, outcome: 'already_so' }), 1, kind)
  assert.deepEqual(await directory.values(personDn('anna'), 'sshPublicKey'), ['ssh-ed25519 4'], 'not ours')
})

test('an undo does not delete an entry whose members it may not see', async () => {
  const sync = await startSync()
  await sync.feed(created, anna)
  await directory.addValue(groupDn, 'member', personDn('bela'))
  const env = { LDAP_SYNC_BIND_DN: blind.dn, LDAP_SYNC_BIND_PASSWORD: blind.password }
  await assert.rejects(
    withOperator(sync, (operator) => undo(operator, 1), env),
    /cannot be read completely .* so that it is not changed/,
  )
  assert.deepEqual(await members(), [personDn('anna'), personDn('bela')])
})

test('a group that GitLab has begun to fill from LDAP keeps its name and its members', async () => {
  const sync = await startSync()
  await sync.feed(created, anna)
  await sync.query('update ldap_sync.containers set filled_from_ldap = true')
  const before = await directory.dump()
  await sync.feed(renamed, bela)
  await sync.feed(groupEvent('destroy', 23, 'nordlicht/core', { second: 20 }))
  assert.equal(await directory.dump(), before)
  assert.deepEqual(await withOperator(sync, ({ pool }) => loadHolds(pool)), [])
})
