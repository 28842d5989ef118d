// Certificates that are replaced while a real ingress process
// runs, and certificates with which it refuses to start.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile, rename } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { after, test } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import type { Environment } from '../../../lib/config.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendTls } from '../../helpers/faults/send-tls.ts'
import { countsDuring } from '../../helpers/faults/tls-counts.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'
import { replaceFile } from '../../helpers/process/replace-file.ts'
import { createTlsFiles, tlsSettings } from '../../helpers/servers/tls-files.ts'

const token = 'the-token-behind-tls'
const body = '{"object_kind":"push","marker":"tls"}'
const hook = rawRequest(body, [
  ['X-Gitlab-Token', token],
  ['Connection', 'close'],
])

const { maker, authority, foreign, server, client, trusting, asClient } = await createTlsFiles()
after(() => maker.remove())

/** An ingress with mutual TLS and with certificate files of its own, which a test may replace. */
const startWithReplaceableFiles = async () => {
  const files = {
    certFile: await maker.file(server.cert),
    keyFile: await maker.file(server.key),
    caFile: await maker.file(authority.cert),
  }
  const ingress = await startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    ...tlsSettings(files),
    INGRESS_TLS_CLIENT_CA_FILE: files.caFile,
  })
  after(() => ingress.remove())
  const send = (options: ConnectionOptions = asClient) => sendTls(ingress.hookUrl, hook, options)
  return { ingress, files, send }
}
const [renewed, broken, distrusting] = await Promise.all([
  startWithReplaceableFiles(),
  startWithReplaceableFiles(),
  startWithReplaceableFiles(),
])

test('a new certificate is shown without a restart, and a connection that is open stays open', async () => {
  const { ingress, files, send } = renewed
  const agent = new Agent({ ...asClient, keepAlive: true, maxSockets: 1 })
  assert.deepEqual(await postKeepingOpen(ingress.hookUrl, agent), [202, 'new connection'])
  const next = await authority.issue('server')
  const before = (await send()).fingerprint
  await replaceFile(files.certFile, next.cert)
  await replaceFile(files.keyFile, next.key)
  await eventually(async () => assert.notEqual((await send()).fingerprint, before))
  assert.deepEqual((await send()).statuses, [202])
  assert.deepEqual(await postKeepingOpen(ingress.hookUrl, agent), [202, 'open connection'])
  agent.destroy()
})

/** Posts a hook; resolves to its status and whether the connection was open before. */
const postKeepingOpen = async (url: string, agent: Agent) => {
  const sending = request(url, { agent, method: 'POST', headers: { 'x-gitlab-token': token } })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return [answer.statusCode, sending.reusedSocket ? 'open connection' : 'new connection']
}

test('an unusable replacement is logged once with its variable, and the old file stays in use', async () => {
  const { ingress, files, send } = broken
  const before = (await send()).fingerprint
  const other = await authority.issue('server')
  const replacements = [
    { file: files.certFile, text: 'no certificate', variable: 'INGRESS_TLS_CERT_FILE' },
    { file: files.keyFile, text: other.key, variable: 'INGRESS_TLS_KEY_FILE' },
    { file: files.caFile, text: '', variable: 'INGRESS_TLS_CLIENT_CA_FILE' },
  ]
  for (const { file, text, variable } of replacements) {
    const from = ingress.lines.length
    const logged = (pattern: RegExp) => ingress.lines.slice(from).filter((line) => pattern.test(line))
    await copyFile(file, `${file}.good`)
    await replaceFile(file, text)
    await eventually(() => assert.equal(logged(/cannot be used/).length, 1))
    assert.match(logged(/cannot be used/)[0] ?? '', new RegExp(`"error":"${variable}: `))
    for (let times = 0; times < 3; times++) {
      const { fingerprint, statuses } = await send()
      assert.deepEqual([fingerprint, statuses], [before, [202]], variable)
    }
    assert.deepEqual((await send(trusting)).statuses, [], variable)
    await rename(`${file}.good`, file)
    await eventually(() => assert.equal(logged(/certificates have changed and were read again/).length, 1))
    assert.equal(logged(/cannot be used/).length, 1, variable)
  }
})

test('after a change of authority, certificates and sessions of the old one are refused', async () => {
  const { ingress, files, send } = distrusting
  const { session } = await send()
  assert.ok(session)
  const withSession = { ...trusting, session }
  assert.deepEqual((await send(withSession)).statuses, [202], 'a session replaces its certificate')
  const next = await foreign.issue('client')
  const asNext = { ...trusting, cert: next.cert, key: next.key }
  await replaceFile(files.caFile, foreign.cert)
  await eventually(async () => assert.deepEqual((await send(asNext)).statuses, [202]))
  const counts = await countsDuring(ingress, async () => {
    assert.deepEqual((await send(asClient)).statuses, [])
    assert.deepEqual((await send({ ...asClient, session })).statuses, [])
    assert.deepEqual((await send(withSession)).statuses, [])
  })
  assert.deepEqual(counts, { accepted: 0, received: 0, failedHandshakes: 3 })
})

test('after a change of certificates the ingress lives, has no hook in flight, logs no secret', async () => {
  for (const { ingress, send } of [renewed, broken, distrusting]) {
    await send()
    assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    assert.equal(await ingress.metric('ingress_in_flight_hooks'), 0)
    const forbidden = new RegExp(`unhandled|uncaught|TypeError|request failed|BEGIN|${token}`, 'i')
    assert.doesNotMatch(ingress.lines.join('\n'), forbidden)
  }
})

test('certificates that cannot be used prevent the start, and the error names the variable', async () => {
  const good = { ...tlsSettings(server), INGRESS_TLS_CLIENT_CA_FILE: authority.certFile }
  const junk = await maker.file('-----BEGIN CERTIFICATE-----\njunk\n-----END CERTIFICATE-----\n')
  const empty = await maker.file('')
  const cases: [faulty: Environment, error: RegExp][] = [
    [{ INGRESS_TLS_CERT_FILE: '' }, /INGRESS_TLS_CERT_FILE: is not set, but INGRESS_TLS_KEY_FILE is/],
    [{ INGRESS_TLS_KEY_FILE: '/nowhere.pem' }, /INGRESS_TLS_KEY_FILE: cannot be read: .*nowhere\.pem/],
    [{ INGRESS_TLS_CERT_FILE: tmpdir() }, /INGRESS_TLS_CERT_FILE: cannot be read: it is not a regular file/],
    [
      { INGRESS_TLS_KEY_FILE: client.keyFile },
      /INGRESS_TLS_KEY_FILE: is not the key of .*INGRESS_TLS_CERT_FILE/,
    ],
    [{ INGRESS_TLS_KEY_FILE: server.certFile }, /INGRESS_TLS_KEY_FILE: contains no private key/],
    [{ INGRESS_TLS_CERT_FILE: server.keyFile }, /INGRESS_TLS_CERT_FILE: contains no certificate/],
    [{ INGRESS_TLS_CLIENT_CA_FILE: empty }, /INGRESS_TLS_CLIENT_CA_FILE: contains no certificate/],
    [
      { INGRESS_TLS_CLIENT_CA_FILE: junk },
      /INGRESS_TLS_CLIENT_CA_FILE: contains a certificate that cannot be parsed/,
    ],
  ]
  const startAndRemove = async (faulty: Environment) => {
    const ingress = await startIngressWithoutServers({ INGRESS_SECRET_TOKENS: token, ...good, ...faulty })
    await ingress.remove()
  }
  for (const [faulty, expected] of cases)
    await assert.rejects(startAndRemove(faulty), (error) => {
      assert.match(String(error), expected)
      assert.doesNotMatch(String(error), /BEGIN| {4}at /)
      return true
    })
})
