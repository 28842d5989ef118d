// TLS and mutual TLS at a real ingress process.
// It has no servers, so its spool holds everything that it accepts.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ConnectionOptions, SecureVersion } from 'node:tls'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { sendTls } from '../../helpers/faults/send-tls.ts'
import { countsDuring } from '../../helpers/faults/tls-counts.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import {
  type IngressWithoutServers,
  startIngressWithoutServers,
} from '../../helpers/process/ingress-without-servers.ts'
import { createTlsFiles, tlsSettings } from '../../helpers/servers/tls-files.ts'

const token = 'the-token-behind-tls'
const body = '{"object_kind":"push","marker":"tls"}'
const requestWith = (given: string) =>
  rawRequest(body, [
    ['X-Gitlab-Token', given],
    ['Connection', 'close'],
  ])
const hook = requestWith(token)
const versions: SecureVersion[] = ['TLSv1.2', 'TLSv1.3']

const { maker, authority, foreign, server, client, trusting, asClient } = await createTlsFiles()
after(() => maker.remove())
const settings = { INGRESS_SECRET_TOKENS: token, ...tlsSettings(server) }
const [encrypted, mutual, lax] = await Promise.all([
  startIngressWithoutServers(settings),
  startIngressWithoutServers({ ...settings, INGRESS_TLS_CLIENT_CA_FILE: authority.certFile }),
  startIngressWithoutServers({
    ...settings,
    NODE_OPTIONS: '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0',
  }),
])
const all = [encrypted, mutual, lax]
after(() => Promise.all(all.map((ingress) => ingress.remove())))

const nothing = { accepted: 0, received: 0 }
const statusesOf = async (ingress: IngressWithoutServers, bytes: Buffer, options: ConnectionOptions) =>
  (await sendTls(ingress.hookUrl, bytes, options)).statuses

test('a hook by HTTPS is accepted with TLS 1.2 and 1.3, and still needs its secret token', async () => {
  assert.match(encrypted.hookUrl, /^https:/)
  const { accepted } = await countsDuring(encrypted, async () => {
    for (const maxVersion of versions) {
      const options = { ...trusting, maxVersion }
      assert.deepEqual(await statusesOf(encrypted, hook, options), [202], maxVersion)
      assert.deepEqual(await statusesOf(encrypted, requestWith('wrong'), options), [401], maxVersion)
    }
  })
  assert.equal(accepted, versions.length)
})

test('a sender that does not trust our authority closes the connection itself', async () => {
  const counts = await countsDuring(encrypted, async () => {
    const { code, statuses } = await sendTls(encrypted.hookUrl, hook, { ca: foreign.cert })
    assert.match(String(code), /UNABLE_TO_VERIFY|SELF_SIGNED/)
    assert.deepEqual(statuses, [])
  })
  assert.partialDeepStrictEqual(counts, nothing)
})

test('an expired certificate is used, and the log says that it has expired', async () => {
  const expired = await startIngressWithoutServers({
    INGRESS_SECRET_TOKENS: token,
    ...tlsSettings(await authority.issue('server', -1)),
  })
  assert.match(expired.lines.join('\n'), /INGRESS_TLS_CERT_FILE is not valid now.*it expired at 20/)
  assert.deepEqual(await statusesOf(expired, hook, { rejectUnauthorized: false }), [202])
  await expired.remove()
})

test('plain HTTP and HTTP/2 get no answer at the TLS port', async () => {
  const counts = await countsDuring(encrypted, async () => {
    assert.deepEqual((await sendRaw(encrypted.hookUrl, [hook], 20_000)).statuses, [])
    const { code } = await sendTls(encrypted.hookUrl, hook, { ...trusting, ALPNProtocols: ['h2'] })
    assert.equal(code, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
  })
  assert.deepEqual(counts, { ...nothing, failedHandshakes: 2 })
})

test('TLS older than 1.2 is refused, whatever options Node is started with', async () => {
  const old: ConnectionOptions = {
    ...trusting,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  }
  for (const ingress of [encrypted, lax]) {
    const counts = await countsDuring(ingress, async () => {
      assert.equal((await sendTls(ingress.hookUrl, hook, old)).code, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
    })
    assert.deepEqual(counts, { ...nothing, failedHandshakes: 1 })
  }
})

test('mutual TLS: a hook needs a valid client certificate and also its secret token', async () => {
  const withoutToken = rawRequest(body, [['Connection', 'close']])
  const { accepted } = await countsDuring(mutual, async () => {
    for (const maxVersion of versions) {
      const options = { ...asClient, maxVersion }
      assert.deepEqual(await statusesOf(mutual, hook, options), [202], maxVersion)
      assert.deepEqual(await statusesOf(mutual, requestWith('wrong'), options), [401], maxVersion)
      assert.deepEqual(await statusesOf(mutual, withoutToken, options), [401], maxVersion)
    }
  })
  assert.equal(accepted, versions.length)
})

test('mutual TLS: without a valid client certificate not one byte is answered', async () => {
  const namesake = await (await maker.authority('ours')).issue('client')
  const grandchild = await client.issue('client')
  const strangers: Record<string, { reason: RegExp; shown?: { cert: string; key: string } }> = {
    'no certificate': { reason: /DID_NOT_RETURN_A_CERTIFICATE/ },
    'issued by another authority': { reason: /UNABLE_TO_VERIFY/, shown: await foreign.issue('client') },
    'issued by another authority of the same name': {
      reason: /UNABLE_TO_VERIFY|CERT_SIGNATURE_FAILURE/,
      shown: namesake,
    },
    expired: { reason: /CERT_HAS_EXPIRED/, shown: await authority.issue('client', -1) },
    'our own server certificate': { reason: /INVALID_PURPOSE/, shown: server },
    'issued by a valid client': {
      reason: /INVALID|UNABLE/,
      shown: { cert: grandchild.cert + client.cert, key: grandchild.key },
    },
    'self-signed': { reason: /SELF_SIGNED/, shown: await maker.authority('itself') },
  }
  // The HTTP parser answers junk with 400. Where no such answer comes, the parser has not seen the junk.
  const sent = [hook, 'JUNK\r\n\r\n']
  assert.deepEqual((await sendTls(mutual.hookUrl, 'JUNK\r\n\r\n', asClient)).statuses, [400])
  for (const [name, { reason, shown }] of Object.entries(strangers)) {
    const before = mutual.lines.length
    const counts = await countsDuring(mutual, async () => {
      for (const maxVersion of versions)
        for (const bytes of sent) {
          const { text } = await sendTls(mutual.hookUrl, bytes, { ...trusting, ...shown, maxVersion })
          assert.equal(text, '', name)
        }
    })
    assert.deepEqual(counts, { ...nothing, failedHandshakes: 4 }, name)
    await eventually(() =>
      assert.equal(mutual.lines.slice(before).filter((line) => reason.test(line)).length, 4, name),
    )
  }
})

test('hundreds of broken handshakes do no harm', async () => {
  const hello = Buffer.from('16030102000100', 'hex')
  const counts = await countsDuring(mutual, async () => {
    for (let round = 0; round < 10; round++) {
      const breaking = Array.from({ length: 30 }, (_, index) =>
        sendRaw(mutual.hookUrl, [hello, index % 2 === 0 ? 'reset' : 'end'], 20_000),
      )
      await Promise.all(breaking)
    }
    assert.deepEqual(await statusesOf(mutual, hook, asClient), [202])
  })
  assert.deepEqual([counts.accepted, counts.received], [1, 1])
})

test('an ingress with TLS stays alive, has no hook in flight, and logs no secret and no crash', async () => {
  for (const ingress of all) {
    await sendTls(ingress.hookUrl, 'JUNK\r\n\r\n', trusting)
    await statusesOf(ingress, hook, asClient)
    assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    assert.equal(await ingress.metric('ingress_in_flight_hooks'), 0)
    const forbidden = new RegExp(`unhandled|uncaught|TypeError|request failed|BEGIN|${token}`, 'i')
    assert.doesNotMatch(ingress.lines.join('\n'), forbidden)
  }
})
