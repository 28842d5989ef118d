import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { undo } from '../../consumers/ldap-sync/operate/undo.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { blind, groupBase, personDn, placeholder } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest, type RunningSync } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

// The directory has changed since the run that is undone.
const { server, directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela', 'cleo'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const members = () => directory.values(groupDn, 'member')
const dnsOf = (...names: string[]) => names.map(personDn)
const created = groupEvent('create', 23, 'nordlicht/team-23')
const anna = { user: 1, username: 'anna' }
const bela = { user: 2, username: 'bela' }
const cleo = { user: 3, username: 'cleo' }
const lastRun = async (sync: RunningSync) =>
  Number((await sync.query('select max(run_id)::integer as id from ldap_sync.runs'))[0]?.id)
const undoLast = async (sync: RunningSync, env = {}) => {
  const run = await lastRun(sync)
  return withOperator(sync, (operator) => undo(operator, run), env)
}

beforeEach(async () => {
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
})

test('an undo makes only the changes that are still needed', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  await sync.feed(memberEvent('remove', anna), memberEvent('add', cleo))
  // By hand, anna is back and cleo is gone.
  await directory.addValue(groupDn, 'member', personDn('anna'))
  await directory.removeValue(groupDn, 'member', personDn('cleo'))
  await undoLast(sync)
  assert.deepEqual(await members(), dnsOf('anna', 'bela'))
})

test('after an undo the worker owns what it has put back, and not what it has taken away', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  await sync.feed(memberEvent('remove', anna), memberEvent('add', cleo))
  await undoLast(sync)
  const owned = await sync.query('select user_id::integer from ldap_sync.owned_members order by user_id')
  assert.deepEqual(
    owned.map(({ user_id }) => user_id),
    [1, 2],
  )
})

test('a group that an undo has deleted is made again by nobody but the worker', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna))
  await undoLast(sync)
  assert.equal(await members(), undefined)
  await directory.add(groupDn, {
    ...{ objectClass: 'groupOfNames', cn: 'nordlicht-team-23', member: placeholder },
  })
  await sync.feed(memberEvent('add', bela))
  assert.deepEqual(await members(), [placeholder], 'the entry of somebody else is a conflict')
})

test('an undo of an entry that is gone does nothing', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna))
  await directory.remove(groupDn)
  await undoLast(sync)
  assert.deepEqual(await directory.below(groupBase), [])
})

test('an undo changes no group whose members it may not see', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  await sync.feed(memberEvent('remove', anna))
  const env = { LDAP_SYNC_BIND_DN: blind.dn, LDAP_SYNC_BIND_PASSWORD: blind.password }
  await assert.rejects(undoLast(sync, env), /cannot be read completely .* so that it is not changed/)
  assert.deepEqual(await members(), dnsOf('bela'))
})

test('an undo takes back what was done, and nothing that failed', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_URL: proxy.url } })
  await sync.feed(created, memberEvent('add', anna))
  proxy.before('modify', () => directory.addValue(groupDn, 'member', personDn('bela')))
  await sync.feed(memberEvent('add', bela), memberEvent('add', cleo))
  assert.deepEqual(await members(), dnsOf('anna', 'bela', 'cleo'))
  await undoLast(sync)
  assert.deepEqual(await members(), dnsOf('anna', 'bela'), 'somebody else was faster with bela')
})

test('a change whose answer was lost can be undone', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_URL: proxy.url } })
  await sync.feed(created, memberEvent('add', anna), memberEvent('add', bela))
  const before = await directory.dump()
  proxy.cut('modify', 'answer')
  await assert.rejects(sync.feed(memberEvent('remove', anna)), { kind: 'unavailable' })
  assert.deepEqual(await members(), dnsOf('bela'))
  await undoLast(sync)
  assert.equal(await directory.dump(), before)
})

test('the changes of a run are undone in the opposite order', async () => {
  const sync = await startSync()
  await sync.feed(created, memberEvent('add', anna))
  const renamed = groupEvent('rename', 23, 'nordlicht/core', { second: 10, oldPath: 'nordlicht/team-23' })
  await sync.feed(renamed, memberEvent('add', bela))
  assert.deepEqual(await directory.below(groupBase), [`cn=nordlicht-core,${groupBase}`])
  await undoLast(sync)
  assert.deepEqual(await directory.below(groupBase), [groupDn])
  assert.deepEqual(await members(), dnsOf('anna'))
})
