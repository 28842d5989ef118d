// A locked bind user or a dropped connection changes nothing, and gives up no event: RetriableError means
// that the worker waits, and makes no dead letter of the record.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { approve } from '../../consumers/ldap-sync/operate/approve.ts'
import { loadHolds, reconcile } from '../../consumers/ldap-sync/operate/operate.ts'
import { raise } from '../../consumers/ldap-sync/operate/raise.ts'
import { undo } from '../../consumers/ldap-sync/operate/undo.ts'
import { RetriableError } from '../../lib/errors.ts'
import { at, groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { bridge, groupBase, peopleBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { withOperator } from '../helpers/ldap/operator-of.ts'

const { server, directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela', 'cleo'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const members = () => directory.values(groupDn, 'member')
const dnsOf = (...names: string[]) => names.map(personDn)
const created = groupEvent('create', 23, 'nordlicht/team-23')
const change = (verb: 'add' | 'remove', user: number, username: string, second = 0) =>
  memberEvent(verb, { user, username, created: second })
const [anna, bela] = [change('add', 1, 'anna'), change('add', 2, 'bela')]

beforeEach(async () => {
  for (const dn of await directory.below(groupBase)) await directory.remove(dn)
})

/** Gives the bind user another password, as the end of a lock does with the old one. */
const setPassword = async (from: string, to: string) => {
  await directory.addValue(bridge.dn, 'userPassword', to)
  await directory.removeValue(bridge.dn, 'userPassword', from)
}

test('while the bind user is locked nobody is removed, and afterwards no change is missing', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_URL: proxy.url } })
  await sync.feed(created, anna, bela)
  const changes = [change('remove', 1, 'anna'), change('add', 3, 'cleo')]
  await setPassword(bridge.password, 'locked')
  const before = await directory.dump()
  proxy.cut('search', 'request')
  await assert.rejects(sync.feed(...changes), { name: 'RetriableError', kind: 'unavailable' })
  await assert.rejects(sync.feed(...changes), { name: 'RetriableError', kind: 'login' })
  await assert.rejects(withOperator(sync, reconcile), { name: 'RetriableError', kind: 'login' })
  await assert.rejects(
    withOperator(sync, (operator) => undo(operator, 1)),
    { name: 'RetriableError', kind: 'login' },
  )
  const [position] = await sync.query('select next_offset::integer as next from ldap_sync.positions')
  assert.equal(position?.next, 3, 'the events of the outage are read again')
  assert.equal(await directory.dump(), before)
  assert.deepEqual(
    await sync.query(
      `select count(*)::integer as owned, max(unreadable::text) as unreadable
         from ldap_sync.owned_members join ldap_sync.targets using (target_id)`,
    ),
    [{ owned: 2, unreadable: 'false' }],
  )
  await sync.stop()
  await setPassword('locked', bridge.password)
  const next = await startSync({ database: sync.database })
  await next.feed(...changes)
  assert.deepEqual(await members(), dnsOf('bela', 'cleo'))
})

test('a connection that is dropped at any request loses and gives up nothing', async () => {
  const proxy = await startLdapProxy(server)
  const env = { LDAP_SYNC_URL: proxy.url }
  const first = await startSync()
  const { database } = first
  await first.feed(created, anna, bela)
  // A removal whose request or answer was lost counts, and it is sent again.
  await withOperator(first, (operator) => raise(operator, { removals: 99, additions: 99, forMs: 60_000 }))
  let second = 0
  for (const name of ['bind', 'extended', 'search', 'modify', 'compare'])
    for (const what of ['request', 'answer'] as const) {
      second += 1
      const isThere = second % 2 === 0
      const event = change(isThere ? 'add' : 'remove', 1, 'anna', second)
      const sync = await startSync({ database, env })
      const before = await directory.dump()
      proxy.cut(name, what)
      await assert.rejects(sync.feed(event), { kind: 'unavailable' }, `${name} ${what}`)
      // The change is compared after it was made.
      const isSent = name === 'compare' || (name === 'modify' && what === 'answer')
      assert.equal((await directory.dump()) === before, !isSent, `${name} ${what}`)
      await sync.feed(event)
      assert.deepEqual(await members(), isThere ? dnsOf('anna', 'bela') : dnsOf('bela'), `${name} ${what}`)
      await sync.stop()
    }
})

test('an approval that is cut off leaves its hold as it was', async () => {
  const proxy = await startLdapProxy(server)
  const sync = await startSync({ env: { LDAP_SYNC_MODE: 'propose', LDAP_SYNC_URL: proxy.url } })
  await sync.feed(created, anna)
  const holds = () => withOperator(sync, ({ pool }) => loadHolds(pool))
  const before = await holds()
  const [hold] = before
  const approved = () =>
    withOperator(sync, (operator) => approve(operator, hold?.id ?? 0, hold?.digest ?? ''))
  proxy.cut('add', 'request')
  await assert.rejects(approved(), RetriableError)
  assert.deepEqual(await holds(), before)
  assert.equal(await members(), undefined)
  await approved()
  assert.deepEqual(await members(), dnsOf('anna'))
  assert.deepEqual(await holds(), [])
})

for (const what of ['request', 'answer'] as const)
  test(`an SSH key is added and removed, although the ${what} of each change was lost`, async () => {
    const proxy = await startLdapProxy(server)
    const mapping = { people: { base: peopleBase, ssh_keys: true } }
    const sync = await startSync({ mapping, env: { LDAP_SYNC_URL: proxy.url } })
    const key = (verb: string) => ({
      ...{ event_name: `key_${verb}`, id: 4, username: 'anna', key: 'ssh-ed25519 first' },
      ...{ created_at: at(0), updated_at: at(0) },
    })
    const keys = () => directory.values(personDn('anna'), 'sshPublicKey')
    await sync.feed(created, anna)
    proxy.cut('modify', what)
    await assert.rejects(sync.feed(key('create')), { kind: 'unavailable' })
    await sync.feed(key('create'))
    assert.deepEqual(await keys(), ['ssh-ed25519 first'])
    proxy.cut('modify', what)
    await assert.rejects(sync.feed(key('destroy')), { kind: 'unavailable' })
    await sync.feed(key('destroy'))
    assert.deepEqual(await keys(), [])
    const open = 'select * from ldap_sync.keys where added_to is not null or not destroyed'
    assert.deepEqual(await sync.query(open), [])
  })
