import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { dumpState } from '../helpers/ldap/dump-state.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { archiveBase, groupBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'

// The database was restored from a dump, so that the state is behind the directory.
const { server, directory, startSync, asOwner } = await openLdapTest()
await directory.addPeople(['anna', 'bela', 'cleo'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const created = groupEvent('create', 23, 'nordlicht/team-23')
const anna = { user: 1, username: 'anna' }
const bela = { user: 2, username: 'bela' }
const members = () => directory.values(groupDn, 'member')

beforeEach(async () => {
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
})

test('nothing is removed before the records were read again that the dump does not contain', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  const restore = await dumpState(sync, asOwner)
  const left = memberEvent('remove', anna)
  const back = memberEvent('add', { ...anna, created: 50 })
  await sync.feed(left)
  await sync.feed(back)
  await sync.stop()
  await restore()

  const proxy = await startLdapProxy(server)
  const env = { LDAP_SYNC_URL: proxy.url }
  const next = await startSync({ database: sync.database, env, firstOffset: 3 })
  await next.join(5)
  await next.feed(left)
  assert.deepEqual(await members(), [personDn('anna'), personDn('bela')])
  await next.feed(back)
  assert.equal(proxy.writes(), 0, 'the directory was right all the time')
  const [position] = await next.query('select next_offset::integer from ldap_sync.positions')
  assert.equal(position?.next_offset, 5)
  await next.feed(memberEvent('remove', bela))
  assert.deepEqual(await members(), [personDn('anna')])
})

test('a worker that is killed before it has caught up reads all of the missing records again', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  const restore = await dumpState(sync, asOwner)
  const events = [memberEvent('remove', anna), memberEvent('remove', bela)]
  for (const event of events) await sync.feed(event)
  await sync.stop()
  await restore()
  const next = await startSync({ database: sync.database, firstOffset: 3 })
  await next.join(5)
  await next.feed(memberEvent('remove', anna))
  const [position] = await next.query('select next_offset::integer from ldap_sync.positions')
  assert.equal(position?.next_offset, 3)
})

test('a worker that is killed twice while it catches up compares the directory in the end', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  const restore = await dumpState(sync, asOwner)
  const left = memberEvent('remove', anna)
  await sync.stop()
  await restore()
  const start = async () => {
    const next = await startSync({ database: sync.database, firstOffset: 3 })
    await next.join(5)
    return next
  }
  for (const killed of [await start(), await start()]) {
    await killed.feed(left)
    // The last record becomes a dead letter, before the directory was compared.
    await killed.pass(4)
    assert.equal((await members())?.length, 2)
    await killed.stop()
  }
  const last = await start()
  const [position] = await last.query('select next_offset::integer from ldap_sync.positions')
  assert.equal(position?.next_offset, 3)
  await last.feed(left, memberEvent('add', { ...bela, updated: 1 }))
  assert.deepEqual(await members(), [personDn('bela')])
})

test('the position stays while the directory cannot be compared, and moves afterwards', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  const restore = await dumpState(sync, asOwner)
  await sync.feed(memberEvent('remove', anna))
  await sync.stop()
  await directory.addValue(groupDn, 'member', personDn('anna'))
  await restore()
  const proxy = await startLdapProxy(server)
  const env = { LDAP_SYNC_URL: proxy.url }
  const next = await startSync({ database: sync.database, env, firstOffset: 3 })
  await next.join(4)
  const position = async () =>
    (await next.query('select next_offset::integer from ldap_sync.positions'))[0]?.next_offset
  proxy.cut('search', 'request')
  await assert.rejects(next.feed(memberEvent('remove', anna)), { kind: 'unavailable' })
  assert.deepEqual([(await members())?.length, await position()], [2, 3])
  await next.feed(memberEvent('remove', anna))
  assert.deepEqual([await members(), await position()], [[personDn('bela')], 5])
})

test('a group that a lost database had made is left alone, or known by its marker', async () => {
  const marker = { attribute: 'businessCategory', value: 'gitlab-bridge' }
  const groups = { base: groupBase, placeholder, marker }
  const sync = await startSync({ mapping: { groups } })
  await sync.feed(created, memberEvent('add', anna))
  assert.deepEqual(await directory.values(groupDn, 'businessCategory'), ['gitlab-bridge'])

  const without = await startSync()
  await without.feed(created, memberEvent('add', bela))
  assert.deepEqual(await members(), [personDn('anna')])
  assert.equal(await without.metric('ldap_sync_conflicting_groups'), 1)

  const marked = await startSync({ mapping: { groups } })
  await marked.feed(created, memberEvent('add', bela), memberEvent('remove', { ...anna, updated: 9 }))
  assert.deepEqual(await members(), [personDn('anna'), personDn('bela')], 'who added anna is not known')
  await directory.removeValue(groupDn, 'businessCategory', 'gitlab-bridge')
  await directory.addValue(groupDn, 'businessCategory', 'somebody else')
  const other = await startSync({ mapping: { groups } })
  await other.feed(created, memberEvent('add', { user: 3, username: 'cleo' }))
  assert.deepEqual(await members(), [personDn('anna'), personDn('bela')])
})

test('an adopted group gets members, keeps its name and its own members, and is never created', async () => {
  const dn = `cn=Team\\, the first,${groupBase}`
  const groups = { base: groupBase, placeholder, archive: archiveBase }
  const mapping = { groups, mirror: [{ path: 'nordlicht/team-23', adopt: dn }] }
  const sync = await startSync({ mapping })
  await sync.feed(created, memberEvent('add', anna))
  assert.deepEqual(await directory.below(groupBase), [])
  assert.equal(await sync.metric('ldap_sync_unreadable_groups'), 1)

  const own = { objectClass: 'groupOfNames', cn: 'Team, the first', member: personDn('cleo') }
  await directory.add(dn, own)
  await sync.feed(memberEvent('add', anna), memberEvent('add', bela))
  assert.deepEqual(await directory.values(dn, 'member'), ['anna', 'bela', 'cleo'].map(personDn))
  await sync.feed(groupEvent('rename', 23, 'nordlicht/core', { second: 10, oldPath: 'nordlicht/team-23' }))
  await sync.feed(memberEvent('remove', anna), memberEvent('add', { user: 3, username: 'cleo' }))
  await sync.feed(memberEvent('remove', { user: 3, username: 'cleo' }))
  assert.deepEqual(await directory.values(dn, 'member'), ['bela', 'cleo'].map(personDn))
  await sync.feed(groupEvent('destroy', 23, 'nordlicht/core', { second: 20 }))
  assert.deepEqual(await directory.below(archiveBase), [], 'it is not archived either')
})
