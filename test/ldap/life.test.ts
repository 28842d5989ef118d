import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { diff } from '../../consumers/ldap-sync/operate/operate.ts'
import { at, groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { archiveBase, groupBase, peopleBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela'])
const dnOf = (name: string) => `cn=${name},${groupBase}`
/** What the brake counts. */
const removalsOf = async (sync: RunningSync) =>
  (await sync.query('select sum(removals)::integer as sum from ldap_sync.operations'))[0]?.sum
const created = groupEvent('create', 23, 'nordlicht/team-23')
const anna = { user: 1, username: 'anna' }

beforeEach(async () => {
  for (const base of [groupBase, archiveBase])
    for (const dn of await directory.below(base)) await directory.remove(dn)
})

test('a renamed group takes its LDAP group along, and one that will be deleted does not', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(groupEvent('rename', 23, 'nordlicht/core', { second: 10, oldPath: 'nordlicht/team-23' }))
  assert.deepEqual(await directory.below(groupBase), [dnOf('nordlicht-core')])
  assert.equal(await removalsOf(sync), 1, 'a rename counts as a removal')
  const scheduled = 'nordlicht/core-deletion_scheduled-23'
  await sync.feed(groupEvent('rename', 23, scheduled, { second: 20, oldPath: 'nordlicht/core' }))
  assert.deepEqual(await directory.below(groupBase), [dnOf('nordlicht-core')])
  assert.deepEqual(await directory.values(personDn('anna'), 'memberOf'), [dnOf('nordlicht-core')])
})

test('a group whose parent is renamed has another path, too', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(groupEvent('rename', 3, 'polarlicht', { second: 10, oldPath: 'nordlicht' }))
  assert.deepEqual(await directory.below(groupBase), [dnOf('polarlicht-team-23')])
})

test('the LDAP group of a deleted group is archived with its members, and never deleted', async () => {
  const groups = { base: groupBase, placeholder, archive: archiveBase }
  const sync = await startSync({ mapping: { groups } })
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(groupEvent('destroy', 23, 'nordlicht/team-23', { second: 10 }))
  assert.deepEqual(await directory.below(groupBase), [])
  assert.deepEqual(await directory.values(`cn=nordlicht-team-23,${archiveBase}`, 'member'), [
    personDn('anna'),
  ])
  assert.equal(await removalsOf(sync), 1, 'an archived group counts as a removal')
})

test('each access level can have an LDAP group, and a change of it moves the member', async () => {
  const mirror = [{ path: 'nordlicht/team-23', into: 'each', access: ['developer', 'owner'] }]
  const sync = await startSync({ mapping: { mirror } })
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', { user: 2, username: 'bela' }))
  await sync.feed(memberEvent('update', { ...anna, access: 'Owner', updated: 10 }))
  assert.deepEqual(await directory.values(dnOf('nordlicht-team-23-developer'), 'member'), [personDn('bela')])
  assert.deepEqual(await directory.values(dnOf('nordlicht-team-23-owner'), 'member'), [personDn('anna')])
})

test('a posixGroup has user names, needs no placeholder, and gets a number', async () => {
  const groups = { base: groupBase, class: 'posixGroup', first_gid: 20_000 }
  const sync = await startSync({ mapping: { groups } })
  await sync.feed(created, memberEvent('add', anna))
  const dn = dnOf('nordlicht-team-23')
  assert.deepEqual(await directory.values(dn, 'memberUid'), ['anna'])
  assert.deepEqual(await directory.values(dn, 'gidNumber'), ['20001'])
  await sync.feed(memberEvent('remove', anna))
  assert.deepEqual(await directory.values(dn, 'memberUid'), [])
})

test('bots are ignored, and names that fit nobody or another user are not guessed', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna))
  await sync.feed(
    memberEvent('add', { user: 8, username: 'project_46_bot' }),
    memberEvent('add', { user: 9, username: 'nobody-here' }),
    memberEvent('add', { user: 10, username: 'anna' }),
  )
  assert.deepEqual(await directory.values(dnOf('nordlicht-team-23'), 'member'), [personDn('anna')])
  assert.equal(await sync.metric('ldap_sync_unbound_people', { reason: 'not_found' }), 1)
  assert.equal(await sync.metric('ldap_sync_unbound_people', { reason: 'reused' }), 1)
  assert.equal(await sync.metric('ldap_sync_skipped_total', { reason: 'bot' }), 1)
  // The first user keeps the entry also under another name.
  await sync.feed({
    event_name: 'user_rename',
    user_id: 1,
    username: 'anna2',
    old_username: 'anna',
    updated_at: at(9),
  })
  await sync.feed(memberEvent('remove', { ...anna, username: 'anna2' }))
  assert.deepEqual(await directory.values(dnOf('nordlicht-team-23'), 'member'), [placeholder])
})

test('two entries with one name are ambiguous, and neither becomes a member', async () => {
  const other = `ou=other,${peopleBase}`
  await directory.add(other, { objectClass: 'organizationalUnit', ou: 'other' })
  const twin = { objectClass: 'inetOrgPerson', uid: 'bela', cn: 'bela', sn: 'bela' }
  await directory.add(`uid=bela,${other}`, twin)
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { user: 2, username: 'bela' }))
  assert.deepEqual(await directory.below(groupBase), [])
  assert.equal(await sync.metric('ldap_sync_unbound_people', { reason: 'ambiguous' }), 1)
  await directory.remove(`uid=bela,${other}`)
  await directory.remove(other)
})

test('an SSH key is added to the entry of its owner, and only this one is removed again', async () => {
  const people = { base: peopleBase, ssh_keys: true }
  const sync = await startSync({ mapping: { people } })
  const key = (verb: string, id: number, text: string) => ({
    ...{ event_name: `key_${verb}`, id, username: 'anna', key: text },
    ...{ created_at: at(0), updated_at: at(0) },
  })
  await directory.addValue(personDn('anna'), 'sshPublicKey', 'ssh-ed25519 hand')
  await sync.feed(created, memberEvent('add', anna), key('create', 4, 'ssh-ed25519 first'))
  await sync.feed(key('create', 5, 'ssh-ed25519 second'), key('create', 6, 'ssh-ed25519 hand'))
  await sync.feed(key('destroy', 4, 'ssh-ed25519 first'), key('destroy', 6, 'ssh-ed25519 hand'))
  const keys = await directory.values(personDn('anna'), 'sshPublicKey')
  assert.deepEqual(keys, ['ssh-ed25519 hand', 'ssh-ed25519 second'])
  assert.equal(await removalsOf(sync), 1, 'a removed key counts as a removal')
})

test('SSH keys are written only where the mapping says so', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { user: 2, username: 'bela' }))
  const key = { event_name: 'key_create', id: 4, username: 'bela', key: 'ssh-ed25519 first' }
  await sync.feed({ ...key, created_at: at(0), updated_at: at(0) })
  assert.deepEqual(await directory.values(personDn('bela'), 'sshPublicKey'), [])
})

test('a membership that has expired is no membership', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { ...anna, expires: '2026-01-06T00:00:00Z' }))
  await sync.feed(memberEvent('add', { user: 2, username: 'bela', expires: '2099-01-01T00:00:00Z' }))
  assert.deepEqual(await directory.values(dnOf('nordlicht-team-23'), 'member'), [personDn('bela')])
  assert.deepEqual((await withOperator(sync, diff)).changes, [])
})

test('where GitLab reads this LDAP, only the rules that say otherwise are written', async () => {
  const mirror = [{ path: 'nordlicht/team-23' }, { path: 'nordlicht/team-24', source: 'gitlab' }]
  const sync = await startSync({ mapping: { gitlab_reads_this_ldap: true, mirror } })
  await sync.feed(
    ...[created, groupEvent('create', 24, 'nordlicht/team-24')],
    ...[memberEvent('add', anna), memberEvent('add', { ...anna, group: 24 })],
  )
  assert.deepEqual(await directory.below(groupBase), [dnOf('nordlicht-team-24')])
})
