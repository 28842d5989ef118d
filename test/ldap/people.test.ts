import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { approve } from '../../consumers/ldap-sync/operate/approve.ts'
import { diff, loadHolds, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { unbind } from '../../consumers/ldap-sync/operate/unbind.ts'
import { undo } from '../../consumers/ldap-sync/operate/undo.ts'
import { at, groupEvent, memberEvent, recordFrom } from '../helpers/ldap/events.ts'
import {
  archiveBase,
  groupBase,
  peopleBase,
  personDn,
  personEntry,
  placeholder,
} from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

// What a directory administrator does to the entries meanwhile.
const { directory, startSync } = await openLdapTest()
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const created = groupEvent('create', 23, 'nordlicht/team-23')
const anna = { user: 1, username: 'anna' }
const bela = { user: 2, username: 'bela' }
const renamed = personDn('anna.lind')
const posix = { base: groupBase, class: 'posixGroup', first_gid: 20_000 }

beforeEach(async () => {
  for (const base of [groupBase, archiveBase, peopleBase])
    for (const dn of await directory.below(base)) await directory.remove(dn)
  await directory.addPeople(['anna', 'bela'])
})

const lastRun = async (sync: RunningSync): Promise<number> => {
  const [row] = await sync.query('select max(run_id)::integer as run_id from ldap_sync.runs')
  return Number(row?.run_id)
}

test('whoever is renamed in LDAP is still the same member, and leaves under the new name', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  await directory.rename(personDn('anna'), renamed)
  assert.deepEqual(await directory.values(groupDn, 'member'), [renamed, personDn('bela')], 'by refint')
  await sync.feed(memberEvent('update', { ...anna, updated: 5 }))
  assert.deepEqual(await directory.values(groupDn, 'member'), [renamed, personDn('bela')])
  await sync.feed(memberEvent('remove', { ...anna, updated: 5 }))
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('bela')])
})

test('an old name that the server keeps in the group is exchanged by the reconciliation', async () => {
  const sync = await startSync({ mapping: { groups: posix } })
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  await directory.rename(personDn('anna'), renamed)
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.values(groupDn, 'memberUid'), ['anna.lind', 'bela'])
  await withOperator(sync, async (operator) => undo(operator, await lastRun(sync)))
  assert.deepEqual(await directory.values(groupDn, 'memberUid'), ['anna', 'bela'])
})

test('another person who gets the name of a deleted entry does not get its memberships', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  await directory.remove(personDn('anna'))
  await directory.add(...personEntry('anna'))
  await sync.feed(memberEvent('update', { ...anna, updated: 5 }))
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('bela')])
  assert.equal(await sync.metric('ldap_sync_unbound_people', { reason: 'reused' }), 1)
  // A person says that it is the same one.
  assert.equal(await withOperator(sync, (operator) => unbind(operator, 'anna')), personDn('anna'))
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna'), personDn('bela')])
  await assert.rejects(
    withOperator(sync, (operator) => unbind(operator, 'nobody')),
    /No user nobody is bound/,
  )
})

test('an emptied look-up removes nobody, whatever the worker knew of the entry', async () => {
  const sync = await startSync({ mapping: { groups: posix } })
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  // The worker learns the new name of one entry, and has forgotten the other one.
  await directory.rename(personDn('anna'), renamed)
  await withOperator(sync, diff)
  await sync.query('update ldap_sync.people set dn = null, dn_key = null, entry_id = null where user_id = 2')
  for (const dn of [renamed, personDn('bela')]) await directory.remove(dn)
  await sync.feed(
    memberEvent('update', { ...anna, updated: 5 }),
    memberEvent('update', { ...bela, updated: 5 }),
  )
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.values(groupDn, 'memberUid'), ['anna', 'bela'])
})

test('names that differ only in letter case are the same person', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { user: 1, username: 'ANNA' }))
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna')])
  await directory.removeValue(groupDn, 'member', personDn('anna')).catch(() => undefined)
  await sync.feed(memberEvent('add', bela))
  await sync.feed(memberEvent('remove', { user: 1, username: 'Anna' }))
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('bela')])
})

test('an undone archiving is not repeated before a person approves it', async () => {
  const groups = { base: groupBase, placeholder, archive: archiveBase }
  const sync = await startSync({ mapping: { groups } })
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(groupEvent('destroy', 23, 'nordlicht/team-23', { second: 10 }))
  assert.deepEqual(await directory.below(groupBase), [])
  await withOperator(sync, async (operator) => undo(operator, await lastRun(sync)))
  assert.deepEqual(await directory.below(groupBase), [groupDn])
  await sync.feed(groupEvent('destroy', 23, 'nordlicht/team-23', { second: 10 }))
  assert.deepEqual(await directory.below(groupBase), [groupDn])
  const [hold] = await withOperator(sync, ({ pool }) => loadHolds(pool))
  assert.deepEqual([hold?.cause, hold?.items.length], ['undone', 1])
  await withOperator(sync, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? ''))
  assert.deepEqual(await directory.below(groupBase), [])
})

test('a held SSH key leaves the hold when GitLab deletes the key', async () => {
  const env = { LDAP_SYNC_MODE: 'propose' }
  const sync = await startSync({ mapping: { people: { base: peopleBase, ssh_keys: true } }, env })
  const key = (verb: string) => ({
    ...{ event_name: `key_${verb}`, id: 4, username: 'anna', key: 'ssh-ed25519 first' },
    ...{ created_at: at(0), updated_at: at(0) },
  })
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(key('create'))
  const itemsNow = async () => (await withOperator(sync, ({ pool }) => loadHolds(pool)))[0]?.items.length
  assert.equal(await itemsNow(), 2)
  await sync.feed(key('destroy'))
  assert.equal(await itemsNow(), 1)
})

test('a member that was added by hand after its entry was made again is not removed', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  // The overlay takes the deleted entry out of the group, and the reconciliation notices it.
  await directory.remove(personDn('anna'))
  await withOperator(sync, reconcile)
  assert.deepEqual(await sync.query('select user_id::integer from ldap_sync.owned_members'), [{ user_id: 2 }])
  await directory.add(...personEntry('anna'))
  await directory.addValue(groupDn, 'member', personDn('anna'))
  await sync.feed(memberEvent('remove', { ...anna, updated: 5 }))
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna'), personDn('bela')])
})

test('a user whom GitLab has deleted gets no SSH key, and loses the one that the worker added', async () => {
  const sync = await startSync({ mapping: { people: { base: peopleBase, ssh_keys: true } } })
  const times = { created_at: at(0), updated_at: at(0) }
  const key = (verb: string, id: number) => ({
    ...{ event_name: `key_${verb}`, id, username: 'anna', key: `ssh-ed25519 ${id}` },
    ...times,
  })
  const keys = () => directory.values(personDn('anna'), 'sshPublicKey')
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(key('create', 4))
  assert.deepEqual(await keys(), ['ssh-ed25519 4'])
  await sync.feed({
    ...{ event_name: 'user_destroy', user_id: 1, username: 'anna', name: 'Anna' },
    ...{ email: 'anna@nordlicht.example', ...times },
  })
  // The events of other topics arrive later.
  await sync.feed(key('create', 5))
  assert.deepEqual(await keys(), ['ssh-ed25519 4'])
  await sync.feed(key('destroy', 4), key('destroy', 5))
  assert.deepEqual(await keys(), [])
})

test('an SSH key is removed once, also when another user has the name of its deleted user', async () => {
  const sync = await startSync({ mapping: { people: { base: peopleBase, ssh_keys: true } } })
  const key = { id: 4, username: 'anna', key: 'ssh-ed25519 4', created_at: at(0), updated_at: at(0) }
  await sync.feed(created, memberEvent('add', anna), { event_name: 'key_create', ...key })
  await sync.query(
    `insert into ldap_sync.people (instance, user_id, username, dn, dn_key, member_name)
     select instance, 9, username, $1, $1, 'bela' from ldap_sync.people where user_id = 1`,
    [personDn('bela')],
  )
  await sync.query('update ldap_sync.people set destroyed = true where user_id = 1')
  await sync.feed({ event_name: 'key_destroy', ...key })
  assert.deepEqual(await directory.values(personDn('anna'), 'sshPublicKey'), [])
  const removed = (outcome: string) => sync.metric('ldap_sync_changes_total', { kind: 'remove_key', outcome })
  assert.deepEqual([await removed('done'), await removed('already_so')], [1, 0])
})

const otherGitlab = 'https://git.other.example'
const keyOf = (text: string) => ({
  ...{ event_name: 'key_create', id: 4, username: 'anna', key: text },
  ...{ created_at: at(0), updated_at: at(0) },
})

test('users of several GitLabs with one id and one name are told apart by unbind and undo', async () => {
  await directory.add(...personEntry('anna.other'))
  const sync = await startSync({ mapping: { people: { base: peopleBase, ssh_keys: true } } })
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(keyOf('ssh-ed25519 same'))
  // The user of the other GitLab has the same id, name and key, and another entry.
  await sync.query(
    `insert into ldap_sync.people (instance, user_id, username, dn, dn_key, member_name)
     values ($1, 1, 'anna', $2, $2, 'anna.other')`,
    [otherGitlab, personDn('anna.other')],
  )
  const run = await lastRun(sync)
  await sync.feedRecords([await recordFrom(otherGitlab, keyOf('ssh-ed25519 same'))])
  const owned = async () =>
    (await sync.query('select instance from ldap_sync.keys where added_to is not null')).length
  assert.equal(await owned(), 2)
  await withOperator(sync, (operator) => undo(operator, run))
  assert.equal(await owned(), 1, 'the key of the other user is still that of the worker')
  assert.deepEqual(await directory.values(personDn('anna'), 'sshPublicKey'), [])
  assert.deepEqual(await directory.values(personDn('anna.other'), 'sshPublicKey'), ['ssh-ed25519 same'])

  const unbindAnna = (instance?: string) =>
    withOperator(sync, (operator) => unbind(operator, 'anna', instance))
  await assert.rejects(unbindAnna(), /Several GitLabs have a user anna. Say which one with --instance: https/)
  assert.equal(await unbindAnna(otherGitlab), personDn('anna.other'))
  assert.equal(await unbindAnna(), personDn('anna'))
  await assert.rejects(unbindAnna(otherGitlab), /No user anna of https:\/\/git\.other\.example is bound/)
})
