import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { createLdapClient } from '../../consumers/ldap-sync/directory/ldap-client.ts'
import { LdapPermanentError, LdapRetriableError } from '../../consumers/ldap-sync/directory/ldap-failure.ts'
import type { LdapSettings } from '../../consumers/ldap-sync/directory/ldap-settings.ts'
import { startActiveDirectory } from '../helpers/ldap/active-directory.ts'
import { seedDirectory } from '../helpers/ldap/directory.ts'
import { groupEvent, memberEvent } from '../helpers/ldap/events.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import {
  bridge,
  groupBase,
  peopleBase,
  personDn,
  placeholder,
  reader,
  suffix,
} from '../helpers/ldap/ldap-server.ts'
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { startSlapd } from '../helpers/ldap/slapd.ts'
import { freePort } from '../helpers/process/free-ports.ts'

const { server, directory, startSync } = await openLdapTest()
await directory.addPeople(['anna', 'bela'])
const groupDn = `cn=nordlicht-team-23,${groupBase}`
const created = groupEvent('create', 23, 'nordlicht/team-23')

const settings = (given: Partial<LdapSettings> = {}): LdapSettings => ({
  urls: [server.url],
  transport: 'as the URL says',
  ca: undefined,
  bindDn: bridge.dn,
  password: bridge.password,
  connectTimeoutMs: 2000,
  timeoutMs: 2000,
  ...given,
})
const open = (
  t: { after(clean: () => Promise<void>): void },
  given: Partial<LdapSettings> = {},
  now?: () => number,
) => {
  const urls: string[] = []
  const observer = {
    onRequest: () => undefined,
    onConnected: (url: string) => urls.push(url),
    onDisconnected: () => undefined,
  }
  const client = createLdapClient(settings(given), observer, now)
  t.after(client.close)
  return { client, urls }
}
const root = { base: suffix, scope: 'base', attributes: ['1.1'], size: 'small' } as const

test('a refused login changes nothing and is retriable, whatever the worker was about to do', async () => {
  const before = await directory.dump()
  const sync = await startSync({ env: { LDAP_SYNC_BIND_PASSWORD: 'locked' } })
  await assert.rejects(sync.feed(created, memberEvent('add', { user: 1, username: 'anna' })), {
    name: 'RetriableError',
    kind: 'login',
  })
  assert.equal(await directory.dump(), before)
  assert.equal(await sync.metric('ldap_sync_server_up'), 0)
})

for (const what of ['request', 'answer'] as const)
  test(`a connection cut before the ${what} of a change loses no member and owns each`, async () => {
    const proxy = await startLdapProxy(server)
    const sync = await startSync({ env: { LDAP_SYNC_URL: proxy.url } })
    const first = [created, memberEvent('add', { user: 1, username: 'anna' })]
    proxy.cut('add', what)
    await assert.rejects(sync.feed(...first), { name: 'RetriableError', kind: 'unavailable' })
    await sync.feed(...first)
    assert.deepEqual(await directory.values(groupDn, 'member'), [personDn('anna')])
    proxy.cut('modify', what)
    const second = memberEvent('add', { user: 2, username: 'bela' })
    await assert.rejects(sync.feed(second), { kind: 'unavailable' })
    await sync.feed(second)
    await sync.feed(
      memberEvent('remove', { user: 1, username: 'anna' }),
      memberEvent('remove', { user: 2, username: 'bela' }),
    )
    assert.deepEqual(await directory.values(groupDn, 'member'), [placeholder])
    await directory.remove(groupDn)
    await proxy.close()
  })

test('after a restart of the server the client binds again before it writes', async (t) => {
  const { client, urls } = open(t)
  await client.search(root)
  await server.kill()
  await server.start()
  const change = { op: 'modify', dn: placeholder, attribute: 'description', delete: [] } as const
  await client.send({ ...change, add: ['after the restart'] }).catch((error: unknown) => {
    assert.equal((error as LdapRetriableError).kind, 'unavailable')
    return client.send({ ...change, add: ['after the restart'] })
  })
  assert.deepEqual(await directory.values(placeholder, 'description'), ['after the restart'])
  assert.equal(urls.length, 2)
})

test('a paged search works on a client whose connection was closed long ago (ldapts#131)', async (t) => {
  const { client } = open(t)
  await client.search(root)
  await server.kill()
  await server.start()
  const people = { base: peopleBase, scope: 'sub', attributes: ['1.1'], size: 'paged' } as const
  const entries = await client.search(people).catch(() => client.search(people))
  assert.equal(entries.length, 3)
})

test('a DN with parentheses and other special characters is found as it is (ldapts#35)', async (t) => {
  const { client } = open(t)
  for (const uid of ['anna (ops)*', 'a\\b', 'x)(uid=*']) {
    const escaped = uid.replaceAll(/[\\(),*=+]/g, (c) => `\\${c.charCodeAt(0).toString(16)}`)
    const dn = `uid=${escaped},${peopleBase}`
    await directory.add(dn, { objectClass: 'inetOrgPerson', uid, cn: uid, sn: uid })
    const found = await client.search({
      base: peopleBase,
      scope: 'sub',
      where: [['uid', uid]],
      attributes: ['uid'],
      size: 'small',
    })
    assert.deepEqual(
      found.map(({ attributes }) => attributes.uid),
      [[uid]],
    )
    await directory.remove(dn)
  }
})

test('the next server is used when the first one does not answer', async (t) => {
  const { client, urls } = open(t, { urls: [`ldap://127.0.0.1:${await freePort()}`, server.url] })
  await client.search(root)
  assert.deepEqual(urls, [server.url])
})

test('a refused login is not tried at the next server, which would lock the user', async (t) => {
  const proxy = await startLdapProxy(server)
  const { client } = open(t, { urls: [proxy.url, proxy.url], password: 'wrong' })
  await assert.rejects(client.search(root), { kind: 'login' })
  assert.equal(proxy.counts.get('bind'), 1)
})

test('after a refused login none is tried for five minutes, which would lock the user', async (t) => {
  const proxy = await startLdapProxy(server)
  let time = 0
  const { client } = open(t, { urls: [proxy.url], password: 'wrong' }, () => time)
  for (const [at, binds] of [
    [0, 1],
    [299_999, 1],
    [300_000, 2],
  ] as const) {
    time = at
    await assert.rejects(client.search(root), { name: 'RetriableError', kind: 'login' })
    assert.equal(proxy.counts.get('bind'), binds)
  }
})

test('a server that accepts the connection and stays silent is given up in time', async (t) => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => void silent.close())
  const { port } = silent.address() as { port: number }
  const { client } = open(t, { urls: [`ldap://127.0.0.1:${port}`], timeoutMs: 200 })
  await assert.rejects(client.search(root), LdapRetriableError)
})

test('a StartTLS that fails is never continued in clear text', async (t) => {
  const proxy = await startLdapProxy(server)
  const { client } = open(t, { urls: [proxy.url], transport: 'StartTLS' })
  await assert.rejects(client.search(root), LdapRetriableError)
  assert.equal(proxy.counts.get('bind'), undefined)
  assert.equal(proxy.counts.get('search'), undefined)
})

test('a server that accepts the bind and takes the worker for nobody is not used', async (t) => {
  const double = await startActiveDirectory(groupDn, peopleBase)
  const { client } = open(t, { urls: [double.url] })
  assert.deepEqual((await client.search({ ...root, base: '' })).length, 1)
  double.fault = 'anonymous'
  const other = open(t, { urls: [double.url] }).client
  await assert.rejects(other.search({ ...root, base: '' }), { name: 'RetriableError', kind: 'login' })
  double.fault = 'who am I refused'
  const refused = open(t, { urls: [double.url] }).client
  await assert.rejects(refused.search({ ...root, base: '' }), { name: 'RetriableError', kind: 'unavailable' })
  double.fault = 'no who am I'
  const unasked = open(t, { urls: [double.url] }).client
  assert.equal((await unasked.search({ ...root, base: '' })).length, 1, 'it has accepted the bind')
})

test('a connection whose bind the server has forgotten is opened and bound again', async (t) => {
  const double = await startActiveDirectory(groupDn, peopleBase)
  const { client, urls } = open(t, { urls: [double.url] })
  await client.search({ ...root, base: '' })
  double.fault = 'bind forgotten'
  await assert.rejects(client.search({ ...root, base: '' }), { name: 'RetriableError', kind: 'login' })
  assert.equal((await client.search({ ...root, base: '' })).length, 1)
  assert.equal(urls.length, 2)
})

test('all people are read in pages, also where the server limits the size of one answer', async (t) => {
  const limited = await startSlapd({ limits: 'limits * size.soft=2 size.hard=2 size.prtotal=unlimited' })
  t.after(limited.remove)
  await (await seedDirectory(limited)).addPeople(['anna', 'bela', 'cleo'])
  const { client } = open(t, { urls: [limited.url] })
  const people = { base: peopleBase, scope: 'sub', where: [['objectClass', 'inetOrgPerson']] } as const
  assert.equal((await client.search({ ...people, attributes: ['uid'], size: 'paged' })).length, 3)
  await assert.rejects(client.search({ ...people, attributes: ['uid'], size: 'small' }), {
    kind: 'not_known',
  })
})

test('result codes say whether waiting helps', async (t) => {
  const { client } = open(t)
  await assert.rejects(client.search({ ...root, base: `ou=none,${suffix}` }), { kind: 'absent' })
  const wrong = { op: 'add', dn: `cn=x,${suffix}`, attributes: { objectClass: ['no such class'] } } as const
  await assert.rejects(client.send(wrong), LdapPermanentError)
  const reading = open(t, { bindDn: reader.dn, password: reader.password }).client
  const change = { op: 'modify', dn: placeholder, attribute: 'description', add: ['x'], delete: [] } as const
  await assert.rejects(reading.send(change), { name: 'RetriableError', kind: 'not_allowed' })
})
