// Attacks on the authentication of a real ingress process.
// It has no servers, so its spool holds everything that it
// accepts: after each attack the test looks there.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  acceptedDuring,
  attackBody as body,
  type Headers,
  nowSeconds,
  send,
} from '../../helpers/faults/attack.ts'
import { rawRequest } from '../../helpers/faults/raw-request.ts'
import { sendRaw } from '../../helpers/faults/send-raw.ts'
import { startIngressWithoutServers } from '../../helpers/process/ingress-without-servers.ts'
import { signatureHeaders } from '../../helpers/records/signature-headers.ts'

const token = 'the-token-of-the-door'
const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const otherKey = 'whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA='
const mebibyte = 1024 * 1024
const manyFailures = { INGRESS_FAILED_LOGINS_PER_MINUTE: '100000' }
const either = { INGRESS_SIGNING_TOKENS: key, INGRESS_SECRET_TOKENS: token }

// One ingress for each way to configure credentials. They start side by side.
const [byToken, bySignature, byEither, throttled] = await Promise.all([
  startIngressWithoutServers({ ...manyFailures, INGRESS_SECRET_TOKENS: token }),
  startIngressWithoutServers({
    ...either,
    ...manyFailures,
    INGRESS_REQUIRE_SIGNATURE: 'true',
    INGRESS_BODY_TIMEOUT_SECONDS: '1',
    INGRESS_MAX_BODY_BYTES: String(mebibyte),
    INGRESS_UNPROVEN_BYTES: String(mebibyte),
  }),
  startIngressWithoutServers({ ...either, ...manyFailures }),
  startIngressWithoutServers({ ...either, INGRESS_FAILED_LOGINS_PER_MINUTE: '5' }),
])
const all = [byToken, bySignature, byEither, throttled]
after(() => Promise.all(all.map((ingress) => ingress.remove())))

const tokenHeader: [string, string] = ['X-Gitlab-Token', token]
const signed = signatureHeaders

test('a valid token and signature are accepted, so every attack below fails for its own reason', async () => {
  const valid = [
    [byToken, [tokenHeader]],
    [bySignature, signed(key, body)],
    [byEither, signed(key, body)],
    [byEither, [tokenHeader]],
  ] as const
  for (const [ingress, headers] of valid) {
    const accepted = await acceptedDuring(ingress, async () =>
      assert.deepEqual(await send(ingress, headers), [202]),
    )
    assert.equal(accepted, 1)
  }
})

test('guessed tokens: a near miss gets word for word the same answer as any other wrong token', async () => {
  const guesses = [
    'x',
    token.slice(0, -1),
    `${token}x`,
    token.replace(/.$/, 'X'),
    `X${token.slice(1)}`,
    token.toUpperCase(),
    'x'.repeat(8000),
  ]
  const answers = new Set<string>()
  const accepted = await acceptedDuring(byToken, async () => {
    for (const guess of guesses) {
      const request = rawRequest(body, [
        ['X-Gitlab-Token', guess],
        ['Connection', 'close'],
      ])
      const { text } = await sendRaw(byToken.hookUrl, [request])
      answers.add(text.replace(/^Date: .*$/m, ''))
    }
  })
  assert.deepEqual([accepted, answers.size], [0, 1])
  assert.match([...answers][0] ?? '', /^HTTP\/1\.1 401 /)
})

test('a replayed hook: a signature is accepted for five minutes and not longer', async () => {
  const old = signed(key, body, { atSeconds: nowSeconds() - 301 })
  const early = signed(key, body, { atSeconds: nowSeconds() + 305 })
  const accepted = await acceptedDuring(bySignature, async () => {
    assert.deepEqual(await send(bySignature, old), [401])
    assert.deepEqual(await send(bySignature, early), [401])
  })
  assert.equal(accepted, 0)
  const resent = signed(key, body, { atSeconds: nowSeconds() - 200 })
  assert.deepEqual(await send(bySignature, resent), [202], 'a resend within the five minutes is accepted')
})

test('an old signature with a new timestamp is refused, and so is a malformed timestamp', async () => {
  const stale = signed(key, body, { atSeconds: nowSeconds() - 4000 })
  const refreshed: Headers = stale.map(([name, value]) => [
    name,
    name === 'webhook-timestamp' ? String(nowSeconds()) : value,
  ])
  const now = String(nowSeconds())
  const hexadecimal = `0x${nowSeconds().toString(16)}`
  const malformed = [
    '',
    'now',
    'NaN',
    'Infinity',
    '-1',
    `${now}.0`,
    `+${now}`,
    hexadecimal,
    `${now} 1`,
    '1e9',
  ]
  const accepted = await acceptedDuring(bySignature, async () => {
    assert.deepEqual(await send(bySignature, refreshed), [401])
    for (const timestamp of [...malformed, ` ${now}0000`])
      assert.deepEqual(await send(bySignature, signed(key, body, { timestamp })), [401], timestamp)
  })
  assert.equal(accepted, 0)
})

test('a valid signature is refused with another body, id or timestamp, and with another key', async () => {
  const headers = signed(key, body, { id: 'original' })
  const replacing = (name: string, value: string): Headers =>
    headers.map(([each, old]) => [each, each === name ? value : old])
  const otherBodies = [body.replace('attack', 'attacK'), `${body} `, body.slice(1), '', `${body}\0`]
  // A dot joins the signed parts. A text that is moved from one part to the next must not verify.
  const moved: Headers = [
    ['webhook-id', `original.${nowSeconds()}`],
    ['webhook-timestamp', String(nowSeconds())],
    ...headers.slice(2),
  ]
  const accepted = await acceptedDuring(bySignature, async () => {
    for (const other of otherBodies) assert.deepEqual(await send(bySignature, headers, {}, other), [401])
    assert.deepEqual(await send(bySignature, replacing('webhook-id', 'another')), [401])
    assert.deepEqual(
      await send(bySignature, replacing('webhook-timestamp', String(nowSeconds() - 60))),
      [401],
    )
    assert.deepEqual(await send(bySignature, moved), [401])
    assert.deepEqual(await send(bySignature, signed(otherKey, body)), [401])
  })
  assert.equal(accepted, 0)
})

test('a credential header that is sent more than once is refused', async () => {
  const good = signed(key, body)
  const many = Array.from({ length: 50 }, (): [string, string] => [
    'webhook-signature',
    `v1,${Buffer.alloc(32, 7).toString('base64')}`,
  ])
  const byTokens = await acceptedDuring(byToken, async () => {
    assert.deepEqual(await send(byToken, [['X-Gitlab-Token', 'wrong'], tokenHeader]), [401])
    assert.deepEqual(await send(byToken, [tokenHeader, ['X-Gitlab-Token', 'wrong']]), [401])
    assert.deepEqual(await send(byToken, [tokenHeader, tokenHeader]), [401])
  })
  const bySignatures = await acceptedDuring(bySignature, async () => {
    assert.deepEqual(await send(bySignature, many.concat(good.slice(0, 2))), [401])
    assert.deepEqual(await send(bySignature, [['webhook-id', 'other'], ...good]), [401])
  })
  assert.deepEqual([byTokens, bySignatures], [0, 0])
})

test('an empty or missing credential is refused, and so is a token in another place', async () => {
  const accepted = await acceptedDuring(byToken, async () => {
    for (const value of ['', ' ', '\t', 'null', 'undefined'])
      assert.deepEqual(await send(byToken, [['X-Gitlab-Token', value]]), [401])
    assert.deepEqual(await send(byToken, []), [401])
    assert.deepEqual(await send(byToken, [['Authorization', `Bearer ${token}`]]), [401])
    assert.deepEqual(await send(byToken, [], { target: `/hooks?X-Gitlab-Token=${token}` }), [401])
  })
  const zeros = Buffer.alloc(32).toString('base64')
  const unsigned = await acceptedDuring(bySignature, async () => {
    for (const signature of ['', 'v1,', 'v1', ',', 'v1,AAAA', `v2,${zeros}`, `v1a,${zeros}`]) {
      const headers = [...signed(key, body).slice(0, 2), ['webhook-signature', signature]] as Headers
      assert.deepEqual(await send(bySignature, headers), [401], signature)
    }
  })
  assert.deepEqual([accepted, unsigned], [0, 0])
})

test('downgrade: a token replaces neither a required nor a wrong signature', async () => {
  const required = await acceptedDuring(bySignature, async () => {
    assert.deepEqual(await send(bySignature, [tokenHeader]), [401])
    assert.deepEqual(await send(bySignature, [tokenHeader, ...signed(otherKey, body)]), [401])
    assert.deepEqual(await send(bySignature, [tokenHeader, ['webhook-signature', 'none']]), [401])
    assert.deepEqual(await send(bySignature, [tokenHeader], { target: '/hooks/berlin' }), [401])
  })
  const optional = await acceptedDuring(byEither, async () =>
    assert.deepEqual(await send(byEither, [tokenHeader, ...signed(otherKey, body)]), [401]),
  )
  assert.deepEqual([required, optional], [0, 0])
})

test('a flood of wrong credentials is answered 429; valid ones from the address pass', async () => {
  const accepted = await acceptedDuring(throttled, async () => {
    const statuses: number[] = []
    for (let guess = 0; guess < 12; guess++)
      statuses.push(...(await send(throttled, [['X-Gitlab-Token', `guess-${guess}`]])))
    assert.deepEqual(new Set(statuses), new Set([401, 429]))
    assert.deepEqual(statuses.slice(-4), [429, 429, 429, 429])
    assert.deepEqual(await send(throttled, [tokenHeader]), [202])
    assert.deepEqual(await send(throttled, signed(key, body)), [202])
    assert.deepEqual(await send(throttled, [['X-Gitlab-Token', 'another guess']]), [429])
  })
  assert.equal(accepted, 2)
})

test('bodies with an unchecked signature share one budget of memory, which is freed again', async () => {
  const plausible = (): Headers => [...signed(otherKey, 'x'), ['Content-Length', String(mebibyte - 1000)]]
  const half = Buffer.alloc(400_000, 'x')
  const accepted = await acceptedDuring(bySignature, async () => {
    const sending = Array.from({ length: 6 }, () =>
      sendRaw(bySignature.hookUrl, [rawRequest('', plausible(), { length: false }), half], 4000),
    )
    const statuses = (await Promise.all(sending)).flatMap((answer) => answer.statuses)
    assert.ok(statuses.filter((status) => status === 503).length >= 3, `${statuses}`)
    assert.ok(
      statuses.every((status) => status === 503 || status === 408),
      `${statuses}`,
    )
  })
  assert.equal(accepted, 0)
  assert.deepEqual(await send(bySignature, signed(key, body)), [202])
})

test('the log holds no secret and no guess, and an answer names neither software nor version', async () => {
  for (const ingress of all) {
    await send(ingress, [['X-Gitlab-Token', 'guess-of-a-secret']])
    await send(ingress, [tokenHeader])
    assert.doesNotMatch(ingress.lines.join('\n'), new RegExp(`${token}|${key.slice(6)}|guess-`))
  }
  const { text } = await sendRaw(byToken.hookUrl, [rawRequest(body, [['Connection', 'close']])])
  assert.doesNotMatch(text, /express|node|x-powered-by|server:|\bat \//i)
})

test('attacked ingresses stay alive, keep no hook in flight, and log no crash', async () => {
  for (const ingress of all) {
    await send(ingress, [tokenHeader, tokenHeader])
    assert.equal((await fetch(`${ingress.operationsUrl}/livez`)).status, 200)
    assert.equal(await ingress.metric('ingress_in_flight_hooks'), 0)
    assert.doesNotMatch(ingress.lines.join('\n'), /unhandled|uncaught|TypeError|request failed/i)
  }
})
