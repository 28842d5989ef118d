// TLS and mutual TLS at the door of a real ingress process. Without servers behind it everything it lets in lies in its spool.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { copyFile, rename, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { after, test } from 'node:test'
import type { ConnectionOptions, SecureVersion } from 'node:tls'
import type { Environment } from '../../../lib/config.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { sendTls } from '../../helpers/faults/send-tls.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import {
  type IngressWithoutServers,
  startIngressWithoutServers,
} from '../../helpers/process/ingress-without-servers.ts'
import { openCertificateMaker } from '../../helpers/servers/certificate-maker.ts'

const token = 'the-token-behind-tls'
const body = '{"object_kind":"push","marker":"tls"}'
const hook = rawRequest(body, [
  ['X-Gitlab-Token', token],
  ['Connection', 'close'],
])
const versions: SecureVersion[] = ['TLSv1.2', 'TLSv1.3']

const maker = await openCertificateMaker()
after(() => maker.remove())
const authority = await maker.authority('ours')
const foreign = await maker.authority('foreign')
const own = await authority.issue('server')
const client = await authority.issue('client')
const trusting = { ca: authority.cert }
const asClient = { ...trusting, cert: client.cert, key: client.key }

const tlsOf = ({ certFile, keyFile }: { certFile: string; keyFile: string }) => ({
  INGRESS_TLS_CERT_FILE: certFile,
  INGRESS_TLS_KEY_FILE: keyFile,
})
/** Files of their own, to be replaced. */
const replaceable = async () => {
  const tls = {
    certFile: await maker.file(own.cert),
    keyFile: await maker.file(own.key),
    caFile: await maker.file(authority.cert),
  }
  return { ...tls, env: { ...tlsOf(tls), INGRESS_TLS_CLIENT_CA_FILE: tls.caFile } }
}
const files = await replaceable()
const [encrypted, mutual, replaced, lax] = await Promise.all([
  startIngressWithoutServers({ INGRESS_SECRET_TOKENS: token, ...tlsOf(own) }),
  startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    ...tlsOf(own),
    INGRESS_TLS_CLIENT_CA_FILE: authority.certFile,
  }),
  startIngressWithoutServers({ INGRESS_SECRET_TOKENS: token, ...files.env }),
  startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    ...tlsOf(own),
    NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0',
  }),
])
const all = [encrypted, mutual, replaced, lax]
after(() => Promise.all(all.map((ingress) => ingress.remove())))

/** What an action has let in, and how many connections it had turned away. */
const during = async (ingress: IngressWithoutServers, action: () => Promise<unknown>) => {
  const counts = async () => ({
    letIn: (await ingress.acceptedHooks()).length,
    received: await ingress.metric('ingress_received_total'),
    turnedAway: await ingress.metric('ingress_rejections_total{reason="handshake"}'),
  })
  const before = await counts()
  await action()
  const now = await counts()
  return {
    letIn: now.letIn - before.letIn,
    received: now.received - before.received,
    turnedAway: now.turnedAway - before.turnedAway,
  }
}
const nothing = { letIn: 0, received: 0 }
const statusesOf = async (ingress: IngressWithoutServers, bytes: Buffer, options: ConnectionOptions) =>
  (await sendTls(ingress.hookUrl, bytes, options)).statuses
const withToken = (given: string) =>
  rawRequest(body, [
    ['X-Gitlab-Token', given],
    ['Connection', 'close'],
  ])
/** Replaces a file in one step. */
const replace = async (file: string, text: string) => {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

test('a hook by HTTPS is taken, whichever TLS its sender speaks, and needs its secret token there too', async () => {
  assert.match(encrypted.hookUrl, /^https:/)
  const { letIn } = await during(encrypted, async () => {
    for (const maxVersion of versions) {
      assert.deepEqual(await statusesOf(encrypted, hook, { ...trusting, maxVersion }), [202], maxVersion)
      assert.deepEqual(
        await statusesOf(encrypted, withToken('wrong'), { ...trusting, maxVersion }),
        [401],
        maxVersion,
      )
    }
  })
  assert.equal(letIn, versions.length)
})

test('a sender that does not know our authority goes away by itself', async () => {
  const count = await during(encrypted, async () => {
    const { code, statuses } = await sendTls(encrypted.hookUrl, hook, { ca: foreign.cert })
    assert.match(String(code), /UNABLE_TO_VERIFY|SELF_SIGNED/)
    assert.deepEqual(statuses, [])
  })
  assert.partialDeepStrictEqual(count, nothing)
})

test('plain HTTP gets no answer at the port of TLS, and HTTP/2 none either', async () => {
  const count = await during(encrypted, async () => {
    assert.deepEqual((await sendRaw(encrypted.hookUrl, [hook], 20_000)).statuses, [])
    assert.equal(
      (await sendTls(encrypted.hookUrl, hook, { ...trusting, ALPNProtocols: ['h2'] })).code,
      'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    )
  })
  assert.deepEqual(count, { ...nothing, turnedAway: 2 })
})

test('TLS older than 1.2 is refused, whatever Node is told to allow', async () => {
  const old: ConnectionOptions = {
    ...trusting,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  }
  for (const ingress of [encrypted, lax]) {
    const count = await during(ingress, async () => {
      assert.equal((await sendTls(ingress.hookUrl, hook, old)).code, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
    })
    assert.deepEqual(count, { ...nothing, turnedAway: 1 })
  }
})

test('with mutual TLS a good certificate opens the connection, and the hook still needs its secret token', async () => {
  const { letIn } = await during(mutual, async () => {
    for (const maxVersion of versions) {
      assert.deepEqual(await statusesOf(mutual, hook, { ...asClient, maxVersion }), [202], maxVersion)
      assert.deepEqual(
        await statusesOf(mutual, withToken('wrong'), { ...asClient, maxVersion }),
        [401],
        maxVersion,
      )
      assert.deepEqual(
        await statusesOf(mutual, rawRequest(body, [['Connection', 'close']]), { ...asClient, maxVersion }),
        [401],
        maxVersion,
      )
    }
  })
  assert.equal(letIn, versions.length)
})

test('with mutual TLS nobody else gets as far as HTTP: not one byte is answered, whatever was sent right behind the handshake', async () => {
  const namesake = await (await maker.authority('ours')).issue('client')
  const grandchild = await client.issue('client')
  const strangers: Record<string, { reason: RegExp; shown?: { cert: string; key: string } }> = {
    'no certificate': { reason: /DID_NOT_RETURN_A_CERTIFICATE/ },
    'of another authority': { reason: /UNABLE_TO_VERIFY/, shown: await foreign.issue('client') },
    'of another authority of the same name': {
      reason: /UNABLE_TO_VERIFY|CERT_SIGNATURE_FAILURE/,
      shown: namesake,
    },
    expired: { reason: /CERT_HAS_EXPIRED/, shown: await authority.issue('client', -1) },
    'our own, which is a server’s': { reason: /INVALID_PURPOSE/, shown: own },
    'issued by a good client': {
      reason: /INVALID|UNABLE/,
      shown: { cert: grandchild.cert + client.cert, key: grandchild.key },
    },
    'by nobody but itself': { reason: /SELF_SIGNED/, shown: await maker.authority('itself') },
  }
  // The parser answers junk with 400: where it does not, it has not seen it.
  const sent = { 'a good hook': hook, junk: 'JUNK\r\n\r\n' }
  assert.deepEqual((await sendTls(mutual.hookUrl, sent.junk, asClient)).statuses, [400])
  for (const [name, { reason, shown }] of Object.entries(strangers)) {
    const before = mutual.lines.length
    const count = await during(mutual, async () => {
      for (const maxVersion of versions)
        for (const bytes of Object.values(sent)) {
          const { text } = await sendTls(mutual.hookUrl, bytes, { ...trusting, ...shown, maxVersion })
          assert.equal(text, '', name)
        }
    })
    assert.deepEqual(count, { ...nothing, turnedAway: 4 }, name)
    await eventually(() =>
      assert.equal(mutual.lines.slice(before).filter((line) => reason.test(line)).length, 4, name),
    )
  }
})

test('a new certificate is shown without a restart; a connection that is open goes on', async () => {
  const agent = new Agent({ ...asClient, keepAlive: true, maxSockets: 1 })
  assert.deepEqual(await postKeepingOpen(agent), [202, false])
  const renewed = await authority.issue('server')
  const shown = async () => (await sendTls(replaced.hookUrl, hook, asClient)).fingerprint
  const before = await shown()
  await replace(files.certFile, renewed.cert)
  await replace(files.keyFile, renewed.key)
  await eventually(async () => assert.notEqual(await shown(), before))
  assert.deepEqual(await statusesOf(replaced, hook, asClient), [202])
  assert.deepEqual(await postKeepingOpen(agent), [202, true])
  agent.destroy()
})

/** Status, and whether the connection was open already. */
const postKeepingOpen = async (agent: Agent): Promise<[number | undefined, boolean]> => {
  const sending = request(replaced.hookUrl, { agent, method: 'POST', headers: { 'x-gitlab-token': token } })
  sending.end(body)
  const [answer] = (await once(sending, 'response')) as [IncomingMessage]
  answer.resume()
  await once(answer, 'end')
  return [answer.statusCode, sending.reusedSocket]
}

test('a replacement that cannot be used leaves the old one in place and is said once, by the name of its variable', async () => {
  const before = (await sendTls(replaced.hookUrl, hook, asClient)).fingerprint
  const other = await authority.issue('server')
  const broken = [
    { file: files.certFile, text: 'no certificate', variable: 'INGRESS_TLS_CERT_FILE' },
    { file: files.keyFile, text: other.key, variable: 'INGRESS_TLS_KEY_FILE' },
    { file: files.caFile, text: '', variable: 'INGRESS_TLS_CLIENT_CA_FILE' },
  ]
  for (const { file, text, variable } of broken) {
    const from = replaced.lines.length
    const since = (pattern: RegExp) => replaced.lines.slice(from).filter((line) => pattern.test(line))
    await copyFile(file, `${file}.good`)
    await replace(file, text)
    await eventually(() => assert.equal(since(/cannot be used/).length, 1))
    assert.match(since(/cannot be used/)[0] ?? '', new RegExp(`"error":"${variable}: `))
    for (let times = 0; times < 3; times++) {
      const { fingerprint, statuses } = await sendTls(replaced.hookUrl, hook, asClient)
      assert.deepEqual([fingerprint, statuses], [before, [202]], variable)
    }
    assert.deepEqual((await sendTls(replaced.hookUrl, hook, trusting)).statuses, [], variable)
    await rename(`${file}.good`, file)
    await eventually(() => assert.equal(since(/certificates have changed and were read again/).length, 1))
    assert.equal(since(/cannot be used/).length, 1, variable)
  }
})

test('once another authority vouches for the senders, neither a certificate nor a session of the old one is worth anything', async () => {
  const { session } = await sendTls(replaced.hookUrl, hook, asClient)
  assert.ok(session)
  assert.deepEqual(
    await statusesOf(replaced, hook, { ...trusting, session }),
    [202],
    'while it is trusted a session stands for its certificate',
  )
  const next = await foreign.issue('client')
  await replace(files.caFile, foreign.cert)
  await eventually(async () =>
    assert.deepEqual(
      await statusesOf(replaced, hook, { ...trusting, cert: next.cert, key: next.key }),
      [202],
    ),
  )
  const count = await during(replaced, async () => {
    assert.deepEqual(await statusesOf(replaced, hook, asClient), [])
    assert.deepEqual(await statusesOf(replaced, hook, { ...asClient, session }), [])
    assert.deepEqual(await statusesOf(replaced, hook, { ...trusting, session }), [])
  })
  assert.deepEqual(count, { ...nothing, turnedAway: 3 })
})

test('handshakes broken off by the hundred are nothing to it', async () => {
  const hello = Buffer.from('16030102000100', 'hex')
  const count = await during(mutual, async () => {
    for (let round = 0; round < 10; round++)
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          sendRaw(mutual.hookUrl, [hello, index % 2 === 0 ? 'reset' : 'end'], 20_000),
        ),
      )
    assert.deepEqual(await statusesOf(mutual, hook, asClient), [202])
  })
  assert.deepEqual([count.letIn, count.received], [1, 1])
})

test('what cannot be served is refused at the start, in a sentence that names the variable', async () => {
  const good = { ...tlsOf(own), INGRESS_TLS_CLIENT_CA_FILE: authority.certFile }
  const junk = await maker.file('-----BEGIN CERTIFICATE-----\njunk\n-----END CERTIFICATE-----\n')
  const cases: [env: Environment, said: RegExp][] = [
    [
      { ...good, INGRESS_TLS_CERT_FILE: '' },
      /INGRESS_TLS_CERT_FILE: is not set, but INGRESS_TLS_KEY_FILE is/,
    ],
    [
      { ...good, INGRESS_TLS_KEY_FILE: '/nowhere.pem' },
      /INGRESS_TLS_KEY_FILE: cannot be read: .*nowhere\.pem/,
    ],
    [{ ...good, INGRESS_TLS_CERT_FILE: tmpdir() }, /INGRESS_TLS_CERT_FILE: cannot be read: EISDIR/],
    [
      { ...good, INGRESS_TLS_KEY_FILE: client.keyFile },
      /INGRESS_TLS_KEY_FILE: is not the key of .*INGRESS_TLS_CERT_FILE/,
    ],
    [{ ...good, INGRESS_TLS_KEY_FILE: own.certFile }, /INGRESS_TLS_KEY_FILE: contains no private key/],
    [{ ...good, INGRESS_TLS_CERT_FILE: own.keyFile }, /INGRESS_TLS_CERT_FILE: contains no certificate/],
    [
      { ...good, INGRESS_TLS_CLIENT_CA_FILE: await maker.file('') },
      /INGRESS_TLS_CLIENT_CA_FILE: contains no certificate/,
    ],
    [
      { ...good, INGRESS_TLS_CLIENT_CA_FILE: junk },
      /INGRESS_TLS_CLIENT_CA_FILE: contains a certificate that cannot be parsed/,
    ],
  ]
  const startAndRemove = async (env: Environment) =>
    (await startIngressWithoutServers({ INGRESS_SECRET_TOKENS: token, ...env })).remove()
  for (const [env, said] of cases)
    await assert.rejects(startAndRemove(env), (error) => {
      assert.match(String(error), said)
      assert.doesNotMatch(String(error), /BEGIN| {4}at /)
      return true
    })
})

test('after all of it every door still works, and none has said a secret or crashed', async () => {
  for (const ingress of all) {
    assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    assert.equal(await ingress.metric('ingress_in_flight_hooks'), 0)
    assert.doesNotMatch(
      ingress.lines.join('\n'),
      new RegExp(`unhandled|uncaught|TypeError|request failed|BEGIN|${token}`, 'i'),
    )
  }
})
