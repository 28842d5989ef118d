// Senders that hold connections and send nothing, or next to nothing: by HTTP and by HTTPS, at the door of a real ingress process.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, suite, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { sendTls } from '../../helpers/faults/send-tls.ts'
import { isSoak } from '../../helpers/faults/soak.ts'
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
/** The longest a connection on which nothing whole comes is held: 10 s, and 2 s until somebody looks. */
const holdMs = 12_000

const maker = await openCertificateMaker()
after(() => maker.remove())
const authority = await maker.authority('ours')
const { certFile, keyFile } = await authority.issue('server')
const ca = authority.cert

const env = { INGRESS_SECRET_TOKENS: token, INGRESS_MAX_CONNECTIONS: '4' }
const [plain, encrypted] = await Promise.all([
  startIngressWithoutServers(env),
  startIngressWithoutServers({ ...env, INGRESS_TLS_CERT_FILE: certFile, INGRESS_TLS_KEY_FILE: keyFile }),
])
after(() => Promise.all([plain.remove(), encrypted.remove()]))

const portOf = ({ hookUrl }: IngressWithoutServers) => ({
  host: '127.0.0.1',
  port: Number(new URL(hookUrl).port),
})
const silent = (ingress: IngressWithoutServers) => connect(portOf(ingress))
const silentBehindTls = (ingress: IngressWithoutServers) => connectTls({ ...portOf(ingress), ca })
/** Begins with some bytes and goes on with one at a time, each well before anybody would call it silence. */
const dripping = <S extends Socket>(socket: S, start: Buffer | string): S => {
  socket.write(start)
  const timer = setInterval(() => void socket.write('x'), 300)
  socket.on('close', () => clearInterval(timer))
  return socket
}
const headers = 'POST /hooks HTTP/1.1\r\nHost: bridge\r\nX-Slow: '
/** A record that announces the 512 bytes of a greeting. */
const greeting = Buffer.from('1603010200010001fc0303', 'hex')

/** Resolves, once the other side has closed it, to how long a connection was held, in milliseconds. */
const heldMs = async (socket: Socket): Promise<number> => {
  const openedAt = performance.now()
  socket.resume().on('error', () => {}) // to write where nobody reads any more is no fault here
  await once(socket, 'close')
  return performance.now() - openedAt
}

const doors = {
  HTTP: {
    ingress: plain,
    hold: () => [
      silent(plain),
      silent(plain),
      dripping(silent(plain), headers),
      dripping(silent(plain), 'POST /'),
    ],
    post: async () => (await sendRaw(plain.hookUrl, [hook])).statuses,
  },
  HTTPS: {
    ingress: encrypted,
    hold: () => [
      silent(encrypted),
      dripping(silent(encrypted), greeting),
      silentBehindTls(encrypted),
      dripping(silentBehindTls(encrypted), headers),
    ],
    post: async () => (await sendTls(encrypted.hookUrl, hook, { ca })).statuses,
  },
}

/** Side by side: all they do is wait. */
suite('who holds connections and sends nothing whole counts, is cut off, and then there is room again', {
  concurrency: true,
}, () => {
  for (const [name, { ingress, hold, post }] of Object.entries(doors)) {
    test(name, async () => {
      assert.deepEqual(await post(), [202])
      const held = hold().map(heldMs)
      await eventually(async () => assert.deepEqual(await post(), [], 'all connections are taken'))
      for (const ms of await Promise.all(held)) assert.ok(ms < holdMs + 3000, `${ms} ms`)
      await eventually(async () => assert.deepEqual(await post(), [202]))
      assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    })
  }
})

test('a connection that is kept and not used is closed after a minute', {
  skip: isSoak ? false : 'takes a minute',
}, async () => {
  const sockets = [silent(plain), silentBehindTls(encrypted)]
  for (const socket of sockets)
    socket.write(hook.toString().replace('Connection: close', 'Connection: keep-alive'))
  for (const ms of await Promise.all(sockets.map(heldMs))) assert.ok(ms > 60_000 && ms < 70_000, `${ms} ms`)
})

test('a handshake that never ends does not keep the ingress from stopping', async () => {
  const sockets = [silent(encrypted), dripping(silent(encrypted), greeting)]
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const held = sockets.map(heldMs)
  encrypted.kill('SIGTERM')
  assert.deepEqual(await encrypted.exited, { code: 0, signal: null })
  await Promise.all(held)
})
