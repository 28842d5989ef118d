// Which LDAP groups are renamed and archived, and which ones keep their names.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { archiveBase, groupBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { server, directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela'])
const dnOf = (name: string) => `cn=${name},${groupBase}`
const [groupDn, newDn] = [dnOf('nordlicht-team-23'), dnOf('nordlicht-core')]
const members = (dn = groupDn) => directory.values(dn, 'member')
const dnsOf = (...names: string[]) => names.map(personDn)
const created = groupEvent('create', 23, 'nordlicht/team-23')
const rename = (id: number, oldPath: string, path: string, second: number) =>
  groupEvent('rename', id, path, { second, oldPath })
const renamed = rename(23, 'nordlicht/team-23', 'nordlicht/core', 10)
const destroyed = groupEvent('destroy', 23, 'nordlicht/core', { second: 20 })
const anna = { user: 1, username: 'anna' }
const bela = { user: 2, username: 'bela' }
const makeForeign = (dn: string) =>
  directory.add(dn, { objectClass: 'groupOfNames', cn: dn.slice(3, dn.indexOf(',')), member: placeholder })
const archiving = { groups: { base: groupBase, placeholder, archive: archiveBase } }
const withSubgroup = { mirror: [{ path: 'nordlicht/team-23' }, { path: 'nordlicht/team-23/sub' }] }
const subgroup = groupEvent('create', 24, 'nordlicht/team-23/sub')
const subgroupDn = dnOf('nordlicht-team-23-sub')

beforeEach(async () => {
  for (const base of [groupBase, archiveBase])
    for (const dn of await directory.below(base)) await directory.remove(dn)
})

test('an entry that the worker did not create is neither renamed nor archived', async () => {
  await makeForeign(groupDn)
  const sync = await startSync({ mapping: archiving })
  await sync.feed(created, memberEvent('add', anna))
  assert.equal(await sync.metric('ldap_sync_conflicting_groups'), 1)
  const before = await directory.dump()
  await sync.feed(renamed)
  assert.equal(await directory.dump(), before)
  await sync.feed(destroyed)
  assert.equal(await directory.dump(), before)
})

for (const [where, mapping, dn] of [
  ['where it is', {}, newDn],
  ['in the archive', archiving, `cn=nordlicht-core,${archiveBase}`],
] as const)
  test(`the LDAP group of a deleted group (${where}) keeps the members that GitLab removes`, async () => {
    const sync = await startSync({ mapping })
    await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
    await sync.feed(renamed)
    await sync.feed(destroyed)
    await sync.feed(memberEvent('remove', anna))
    await withOperator(sync, reconcile)
    assert.deepEqual(await members(dn), dnsOf('anna', 'bela'))
  })

test('a group inside one that will be deleted keeps its name', async () => {
  const sync = await startSync({ mapping: withSubgroup })
  await sync.feed(created, subgroup, memberEvent('add', { ...anna, group: 24 }))
  await sync.feed(rename(23, 'nordlicht/team-23', 'nordlicht/team-23-deletion_scheduled-23', 10))
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.below(groupBase), [subgroupDn])
})

test('a group that will be deleted keeps its name when its parent is renamed', async () => {
  const sync = await startSync({ mapping: withSubgroup })
  await sync.feed(created, subgroup, memberEvent('add', anna), memberEvent('add', { ...anna, group: 24 }))
  await sync.feed(rename(24, 'nordlicht/team-23/sub', 'nordlicht/team-23/sub-deletion_scheduled-24', 10))
  await sync.feed(rename(23, 'nordlicht/team-23', 'nordlicht/core', 20))
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.below(groupBase), [newDn, subgroupDn])
})

test('a group that will be deleted fills no new LDAP group, the next one with its path does', async () => {
  const sync = await startSync()
  await sync.feed(
    ...[created, memberEvent('add', anna)],
    rename(23, 'nordlicht/team-23', 'nordlicht/team-23-deletion_scheduled-23', 10),
    groupEvent('create', 99, 'nordlicht/team-23', { second: 60 }),
    memberEvent('add', { ...bela, group: 99, created: 70 }),
  )
  assert.deepEqual(await members(), dnsOf('bela'))
})

test('a rename whose request was lost takes over no entry that somebody makes then', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_URL: proxy.url } })
  await sync.feed(created, memberEvent('add', anna))
  proxy.cut('rename', 'request')
  await assert.rejects(sync.feed(renamed), { kind: 'unavailable' })
  await directory.remove(groupDn)
  await sync.feed(renamed)
  const dn = async () => (await sync.query('select dn from ldap_sync.targets'))[0]?.dn
  assert.equal(await dn(), groupDn, 'it has no other name, because it is gone')
  await makeForeign(newDn)
  await sync.feed(renamed)
  await sync.feed(memberEvent('add', bela))
  assert.equal(await dn(), groupDn)
  assert.deepEqual(await members(newDn), [placeholder])
})
