import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diff, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { startActiveDirectory } from '../helpers/ldap/active-directory.ts'
import { at, groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { blind, groupBase, peopleBase, personDn, placeholder, reader } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { server, directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela', 'cleo'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const created = groupEvent('create', 23, 'nordlicht/team-23')
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const openLarge = async (more: Readonly<Record<string, unknown>> = {}) => {
  const large = await startActiveDirectory(groupDn, peopleBase)
  large.members = numbers(4000).map((user) => personDn(`user${user}`))
  const mapping = {
    groups: { base: groupBase, class: 'group' },
    mirror: [{ path: 'nordlicht/team-23', adopt: groupDn }],
    ...more,
  }
  return { large, sync: await startSync({ mapping, env: { LDAP_SYNC_URL: large.url } }) }
}

test('a group of 4,000 members that is given in ranges gets one member and loses only that one', async () => {
  const { large, sync } = await openLarge()
  await sync.feed(created, memberEvent('add', { user: 3999 }), memberEvent('add', { user: 5001 }))
  assert.equal(large.members.length, 4001)
  assert.equal(large.members.at(-1), personDn('user5001'))
  await sync.feed(memberEvent('remove', { user: 5001 }), memberEvent('remove', { user: 3999 }))
  assert.equal(large.members.length, 4000, 'user3999 was a member before, and stays')
  assert.equal(large.writes, 2)
})

for (const fault of ['size limit', 'wrong range', 'no range', 'referral'] as const)
  test(`with a broken answer (${fault}) the group is unreadable, and nothing is written`, async () => {
    const { large, sync } = await openLarge()
    await sync.feed(created, memberEvent('add', { user: 5001 }))
    large.fault = fault
    await sync.feed(memberEvent('remove', { user: 5001 }), memberEvent('add', { user: 5002 }))
    assert.equal(large.writes, 1)
    assert.equal(await sync.metric('ldap_sync_unreadable_groups'), 1)
    large.fault = undefined
    await withOperator(sync, reconcile)
    assert.equal(large.members.at(-1), personDn('user5002'))
    assert.equal(large.members.length, 4001)
  })

test('a change that the server accepts and does not make is no success, and is tried again', async () => {
  const { large, sync } = await openLarge()
  large.fault = 'ignored write'
  await assert.rejects(sync.feed(created, memberEvent('add', { user: 5001 })), {
    name: 'RetriableError',
    message: /the server does not show what it accepted: add_member/,
  })
  large.fault = undefined
  await sync.feed(created, memberEvent('add', { user: 5001 }))
  assert.equal(large.members.at(-1), personDn('user5001'))
})

test('a server that says a change is made already is believed only if it shows it', async () => {
  const { large, sync } = await openLarge({ people: { base: peopleBase, ssh_keys: true } })
  const member = (verb: 'add' | 'remove') => memberEvent(verb, { user: 5001 })
  large.fault = 'false code'
  await assert.rejects(sync.feed(created, member('add')), { kind: 'value_exists' })
  large.fault = undefined
  await sync.feed(member('add'))
  assert.equal(large.members.at(-1), personDn('user5001'))
  large.fault = 'false code'
  const key = { event_name: 'key_create', id: 4, username: 'user5001', key: 'ssh-ed25519 first' }
  await assert.rejects(sync.feed({ ...key, created_at: at(0), updated_at: at(0) }), { kind: 'value_exists' })
  await assert.rejects(sync.feed(member('remove')), { kind: 'no_such_value' })
})

test('a group whose members the bind may not see is unreadable, and not empty', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { user: 1, username: 'anna' }))
  const env = { LDAP_SYNC_BIND_DN: blind.dn, LDAP_SYNC_BIND_PASSWORD: blind.password }
  const hidden = await startSync({ env, database: sync.database })
  await hidden.feed(
    memberEvent('add', { user: 2, username: 'bela' }),
    memberEvent('remove', { user: 1, username: 'anna' }),
  )
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna')])
  assert.equal(await hidden.metric('ldap_sync_unreadable_groups'), 1)
  // The worker still knows that it added the member, so that it can remove it.
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('bela')])
  await directory.remove(groupDn)
})

test('a search for a person that is referred to another server says nothing of the person', async () => {
  const { large, sync } = await openLarge()
  large.fault = 'people elsewhere'
  await sync.feed(created, memberEvent('add', { user: 5001 }))
  const problems = () => sync.query('select problem from ldap_sync.people where user_id = 5001')
  assert.deepEqual(await problems(), [{ problem: null }])
  large.fault = undefined
  await withOperator(sync, reconcile)
  assert.equal(large.members.at(-1), personDn('user5001'))
})

test('a group that is gone is made again by a reconciliation only', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { user: 1, username: 'anna' }))
  await directory.remove(groupDn)
  await sync.feed(memberEvent('add', { user: 2, username: 'bela' }))
  assert.equal(await directory.values(groupDn, 'member'), undefined)
  assert.equal(await sync.metric('ldap_sync_unreadable_groups'), 1)
  await withOperator(sync, reconcile)
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna'), personDn('bela')])
  await directory.remove(groupDn)
})

test('members are changed by the smallest request, and values are never replaced', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_URL: proxy.url } })
  await sync.feed(created, memberEvent('add', { user: 1, username: 'anna' }))
  await sync.feed(
    memberEvent('add', { user: 2, username: 'bela' }),
    memberEvent('remove', { user: 1, username: 'anna' }),
  )
  await sync.feed(memberEvent('remove', { user: 2, username: 'bela' }))
  assert.deepEqual(proxy.modifies, [
    [
      { how: 'add', attribute: 'member', values: [personDn('bela')] },
      { how: 'delete', attribute: 'member', values: [personDn('anna')] },
    ],
    [
      { how: 'add', attribute: 'member', values: [placeholder] },
      { how: 'delete', attribute: 'member', values: [personDn('bela')] },
    ],
  ])
  await proxy.close()
  await directory.remove(groupDn)
})

test('a value that somebody else has added or removed meanwhile is no error', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', { user: 1, username: 'anna' }))
  await directory.addValue(groupDn, 'member', personDn('bela'))
  await directory.removeValue(groupDn, 'member', personDn('anna'))
  await sync.feed(
    memberEvent('remove', { user: 1, username: 'anna' }),
    memberEvent('add', { user: 2, username: 'bela' }),
  )
  await sync.feed(memberEvent('remove', { user: 2, username: 'bela' }))
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('bela')], 'it is not ours')
  await directory.remove(groupDn)
})

test('a value that somebody else adds or removes between look and change is no error', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_URL: proxy.url } })
  await sync.feed(created, memberEvent('add', { user: 1, username: 'anna' }))
  proxy.before('modify', () => directory.addValue(groupDn, 'member', personDn('bela')))
  await sync.feed(memberEvent('add', { user: 2, username: 'bela' }))
  proxy.before('modify', () => directory.removeValue(groupDn, 'member', personDn('anna')))
  await sync.feed(memberEvent('remove', { user: 1, username: 'anna' }))
  for (const kind of ['add_member', 'remove_member'])
    assert.equal(await sync.metric('ldap_sync_changes_total', { kind, outcome: 'already_so' }), 1, kind)
  await sync.feed(memberEvent('remove', { user: 2, username: 'bela' }))
  assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('bela')], 'it is not ours')
  await directory.remove(groupDn)
})

test('a dry run writes nothing, and a bind that may only read is sufficient for it', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_MODE: 'propose' } })
  await sync.feed(created, memberEvent('add', { user: 1, username: 'anna' }))
  const before = await directory.dump()
  const env = {
    LDAP_SYNC_URL: proxy.url,
    LDAP_SYNC_BIND_DN: reader.dn,
    LDAP_SYNC_BIND_PASSWORD: reader.password,
    LDAP_SYNC_MODE: 'apply',
  }
  const { changes } = await withOperator(sync, diff, env)
  assert.equal(changes.length, 1)
  assert.ok((proxy.counts.get('search') ?? 0) > 0)
  assert.equal(proxy.writes(), 0)
  assert.equal(await directory.dump(), before)
})
