import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import tls from 'node:tls'
import { createLdapClient } from '../../consumers/ldap-sync/directory/ldap-client.ts'
import type { LdapSettings } from '../../consumers/ldap-sync/directory/ldap-settings.ts'
import { element, integer, octets, readElement, requestOf, sequence } from '../helpers/ldap/ber.ts'
import { seedDirectory } from '../helpers/ldap/directory.ts'
import { startLdapProxy } from '../helpers/ldap/ldap-proxy.ts'
import { bridge, suffix } from '../helpers/ldap/ldap-server.ts'
import { startSlapd } from '../helpers/ldap/slapd.ts'
import { openCertificateMaker } from '../helpers/servers/certificate-maker.ts'

const certificates = await openCertificateMaker()
after(certificates.remove)
const authority = await certificates.authority('directory')
const { certFile: cert, keyFile: key, ...own } = await authority.issue('server')
const stranger = await certificates.authority('stranger')

/** Two servers with the same certificate: one for `ldaps://`, and one for StartTLS. */
const start = async (scheme: 'ldap' | 'ldaps') => {
  const server = await startSlapd({ tls: { cert, key, scheme } })
  after(server.remove)
  console.log(`ldap server: ${server.name}`)
  await seedDirectory(server)
  return server
}
const [plain, encrypted] = [await start('ldap'), await start('ldaps')]

const open = (t: TestContext, url: string, given: Partial<LdapSettings> = {}) => {
  const settings: LdapSettings = {
    ...{ urls: [url], transport: 'as the URL says', ca: authority.cert },
    ...{ bindDn: bridge.dn, password: bridge.password, connectTimeoutMs: 2000, timeoutMs: 2000 },
    ...given,
  }
  const ignore = () => undefined
  const client = createLdapClient(settings, {
    onRequest: ignore,
    onConnected: ignore,
    onDisconnected: ignore,
  })
  t.after(client.close)
  return client
}
const root = { base: suffix, scope: 'base', attributes: ['1.1'], size: 'small' } as const
const refused = { name: 'RetriableError', kind: 'unavailable' }

test('with plain ldap:// no TLS is begun, although a certificate authority is configured', async (t) => {
  const proxy = await startLdapProxy(plain)
  assert.equal((await open(t, proxy.url).search(root)).length, 1)
  assert.deepEqual([proxy.counts.get('bind'), proxy.counts.get('search')], [1, 1], 'readable on the way')
})

test('ldaps:// is used with the certificate authority of the file, and with no other one', async (t) => {
  assert.equal((await open(t, encrypted.url).search(root)).length, 1)
  await assert.rejects(open(t, encrypted.url, { ca: stranger.cert }).search(root), refused)
  await assert.rejects(open(t, encrypted.url, { ca: undefined }).search(root), refused)
})

/** A server that does something with each connection. */
const serve = async (t: TestContext, act: (socket: Socket) => void): Promise<number> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    act(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Passes everything on to the server, and keeps what the client sends. */
const listenIn = async (t: TestContext) => {
  const heard: Buffer[] = []
  const port = await serve(t, (client) => {
    const upstream = connect(Number(new URL(plain.url).port), '127.0.0.1')
    client.on('data', (bytes: Buffer) => heard.push(bytes)).on('close', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
    client.pipe(upstream).pipe(client)
  })
  return {
    url: `ldap://127.0.0.1:${port}`,
    hasPassword: () => Buffer.concat(heard).includes(bridge.password),
  }
}

test('StartTLS hides the password, also where it fails because of the certificate', async (t) => {
  const transport = 'StartTLS'
  const { url, hasPassword } = await listenIn(t)
  assert.equal((await open(t, url, { transport }).search(root)).length, 1)
  await assert.rejects(open(t, url, { transport, ca: stranger.cert }).search(root), refused)
  await assert.rejects(open(t, url, { transport, ca: undefined }).search(root), refused)
  assert.equal(hasPassword(), false)
  await open(t, url).search(root)
  assert.equal(hasPassword(), true, 'the control: it can be read without StartTLS')
})

/** Agrees to StartTLS, and then does something with the connection. */
const agreeing = (act: (socket: Socket) => void) => (socket: Socket) =>
  void socket.once('data', (bytes: Buffer) => {
    const message = readElement(bytes)
    if (message === undefined) return
    const empty = element(octets, '')
    const answer = element(0x78, integer(0x0a, 0), empty, empty)
    socket.write(element(sequence, element(0x02, requestOf(message).id), answer), () => act(socket))
  })

test('a server that stays silent instead of TLS is given up in time', async (t) => {
  const limits = { connectTimeoutMs: 200, timeoutMs: 200 }
  const silent = await serve(t, () => undefined)
  await assert.rejects(open(t, `ldaps://127.0.0.1:${silent}`, limits).search(root), refused)
  const agreed = await serve(
    t,
    agreeing(() => undefined),
  )
  const client = open(t, `ldap://127.0.0.1:${agreed}`, { ...limits, transport: 'StartTLS' })
  await assert.rejects(client.search(root), refused)
})

test('TLS older than 1.2 is refused, also where Node was told to allow it', async (t) => {
  const defaults = [tls.DEFAULT_MIN_VERSION, tls.DEFAULT_CIPHERS] as const
  t.after(() => {
    Object.assign(tls, { DEFAULT_MIN_VERSION: defaults[0], DEFAULT_CIPHERS: defaults[1] })
  })
  Object.assign(tls, { DEFAULT_MIN_VERSION: 'TLSv1.1', DEFAULT_CIPHERS: 'DEFAULT@SECLEVEL=0' })
  const agreedOn: (string | null)[] = []
  const accept = (maxVersion: 'TLSv1.1' | 'TLSv1.2') => (socket: Socket) => {
    const secure = new tls.TLSSocket(socket, {
      isServer: true,
      secureContext: tls.createSecureContext({ ...own, minVersion: 'TLSv1.1', maxVersion }),
    })
    secure
      .on('error', () => undefined)
      .on('secure', () => {
        agreedOn.push(secure.getProtocol())
        secure.destroy()
      })
  }
  for (const version of ['TLSv1.1', 'TLSv1.2'] as const) {
    const direct = await serve(t, accept(version))
    await assert.rejects(open(t, `ldaps://127.0.0.1:${direct}`).search(root), refused)
    const agreed = await serve(t, agreeing(accept(version)))
    const client = open(t, `ldap://127.0.0.1:${agreed}`, { transport: 'StartTLS' })
    await assert.rejects(client.search(root), refused)
  }
  assert.deepEqual(agreedOn, ['TLSv1.2', 'TLSv1.2'], 'the control: the newer version is accepted')
})
