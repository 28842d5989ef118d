// Clients that hold connections and send little or nothing, by HTTP and by HTTPS, at a real ingress process.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, suite, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { isSoak } from '../../helpers/faults/outage.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { sendTls } from '../../helpers/faults/send-tls.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import {
  type IngressWithoutServers,
  startIngressWithoutServers,
} from '../../helpers/process/ingress-without-servers.ts'
import { openCertificateMaker } from '../../helpers/servers/certificate-maker.ts'

const token = 'the-token-of-the-patient'
const hook = rawRequest('{"object_kind":"push"}', [
  ['X-Gitlab-Token', token],
  ['Connection', 'close'],
])
/**
 * The longest time that a connection without a whole request stays open:
 * 10 s, and at most 2 s until the next check.
 */
const limitMs = 12_000

const maker = await openCertificateMaker()
after(() => maker.remove())
const authority = await maker.authority('ours')
const { certFile, keyFile } = await authority.issue('server')
const ca = authority.cert

const env = { INGRESS_SECRET_TOKENS: token, INGRESS_MAX_CONNECTIONS: '4' }
const tls = { INGRESS_TLS_CERT_FILE: certFile, INGRESS_TLS_KEY_FILE: keyFile }
const [plain, encrypted, stopping] = await Promise.all([
  startIngressWithoutServers(env),
  startIngressWithoutServers({ ...env, ...tls }),
  startIngressWithoutServers({ ...env, ...tls }),
])
after(() => Promise.all([plain, encrypted, stopping].map((ingress) => ingress.remove())))

const addressOf = ({ hookUrl }: IngressWithoutServers) => ({
  host: '127.0.0.1',
  port: Number(new URL(hookUrl).port),
})
const silent = (ingress: IngressWithoutServers) => connect(addressOf(ingress))
const silentAfterHandshake = (ingress: IngressWithoutServers) => connectTls({ ...addressOf(ingress), ca })
/**
 * Sends some bytes, and then one byte at a time: too often for an idle connection, too slow for a request.
 */
const dripping = <S extends Socket>(socket: S, start: Buffer | string): S => {
  socket.write(start)
  const timer = setInterval(() => void socket.write('x'), 300)
  socket.on('close', () => clearInterval(timer))
  return socket
}
const headers = 'POST /hooks HTTP/1.1\r\nHost: bridge\r\nX-Slow: '
/** The start of a TLS record that announces a ClientHello of 512 bytes. */
const clientHello = Buffer.from('1603010200010001fc0303', 'hex')

/** Waits until the ingress closes the connection; resolves to how long that took, in milliseconds. */
const closedAfterMs = async (socket: Socket): Promise<number> => {
  const openedAt = performance.now()
  socket.resume().on('error', () => {}) // A write to a closed connection is expected here.
  await new Promise((resolve) => socket.once('close', resolve))
  return performance.now() - openedAt
}

const protocols = {
  HTTP: {
    ingress: plain,
    openConnections: () => [
      silent(plain),
      silent(plain),
      dripping(silent(plain), headers),
      dripping(silent(plain), 'POST /'),
    ],
    post: async () => (await sendRaw(plain.hookUrl, [hook])).statuses,
  },
  HTTPS: {
    ingress: encrypted,
    openConnections: () => [
      silent(encrypted),
      dripping(silent(encrypted), clientHello),
      silentAfterHandshake(encrypted),
      dripping(silentAfterHandshake(encrypted), headers),
    ],
    post: async () => (await sendTls(encrypted.hookUrl, hook, { ca })).statuses,
  },
}

/** The tests run side by side, because all they do is wait. Each has an ingress of its own. */
suite('connections without a whole request', { concurrency: true }, () => {
  for (const [name, { ingress, openConnections, post }] of Object.entries(protocols)) {
    test(`by ${name} make room for a hook, and the others are closed in time`, async () => {
      assert.deepEqual(await post(), [202])
      const closing = openConnections().map(closedAfterMs)
      assert.deepEqual(await post(), [202], 'the limit is reached, so a silent connection is closed')
      await eventually(async () =>
        assert.ok((await ingress.metric('ingress_rejections_total{reason="connections"}')) >= 1),
      )
      for (const ms of await Promise.all(closing)) assert.ok(ms < limitMs + 3000, `${ms} ms`)
      await eventually(async () => assert.deepEqual(await post(), [202]))
      assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    })
  }

  test('do not keep the ingress from stopping while their TLS handshake never ends', async () => {
    const sockets = [silent(stopping), dripping(silent(stopping), clientHello)]
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const closing = sockets.map(closedAfterMs)
    stopping.kill('SIGTERM')
    assert.deepEqual(await stopping.exited, { code: 0, signal: null })
    await Promise.all(closing)
  })
})

test('a kept-alive connection that is not used is closed after a minute', {
  skip: isSoak ? false : 'takes a minute',
}, async () => {
  const sockets = [silent(plain), silentAfterHandshake(encrypted)]
  for (const socket of sockets)
    socket.write(hook.toString().replace('Connection: close', 'Connection: keep-alive'))
  for (const ms of await Promise.all(sockets.map(closedAfterMs)))
    assert.ok(ms > 60_000 && ms < 70_000, `${ms} ms`)
})
