import assert from 'node:assert/strict'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { type AdmitOptions, createAdmit } from '../../../../ingress/auth/admit.ts'
import { createDecoys } from '../../../../ingress/auth/decoys.ts'
import { createSource, type SourceSettings } from '../../../../ingress/auth/source.ts'

const nowSeconds = 1_780_000_000
const signingToken = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const mac = `v1,${Buffer.alloc(32, 1).toString('base64')}`
const otherMac = `v1,${Buffer.alloc(32, 2).toString('base64')}`

/** The admission of one source, as `(headers, address) => …`. */
const admitWith = (settings: Partial<SourceSettings> = {}, options: Partial<AdmitOptions> = {}) => {
  const secret_tokens = ['first-secret', 'second-secret']
  const source = createSource('default', {
    secret_tokens,
    signing_tokens: [],
    require_signature: false,
    allowed_cidrs: [],
    ...settings,
  })
  const admit = createAdmit({
    sources: {
      find: (name) => (name === source.name ? source : undefined),
      decoyOf: createDecoys([source]),
    },
    trustedProxies: 0,
    signatureToleranceMs: 300_000,
    maxBodyBytes: 1000,
    now: () => nowSeconds * 1000,
    ...options,
  })
  return (headers: IncomingHttpHeaders, remoteAddress = '192.0.2.1', name = 'default') => {
    const result = admit({ headers, socket: { remoteAddress } } as unknown as IncomingMessage, name)
    if ('kind' in result) return result
    assert.equal(result.source, source)
    const { source: _source, ...proof } = result
    return proof
  }
}
const acceptsSignatures = { signing_tokens: [signingToken] }
const signedAt = (timestamp: string, others: Record<string, string> = {}) => ({
  'webhook-id': 'a-delivery',
  'webhook-timestamp': timestamp,
  'webhook-signature': mac,
  ...others,
})
type Result = ReturnType<ReturnType<typeof admitWith>>
const isAdmitted = (result: Result) => 'proof' in result
const kindOf = (result: Result) => ('kind' in result ? result.kind : 'admitted')
const rejectionOf = (result: Result) => ('kind' in result ? result.rejection : undefined)

test('any of several secret tokens proves the sender, so that tokens can be rotated', () => {
  assert.deepEqual(admitWith()({ 'x-gitlab-token': 'first-secret' }), { proof: 'token', label: '1' })
  assert.deepEqual(admitWith()({ 'x-gitlab-token': 'second-secret' }), { proof: 'token', label: '2' })
})

test('a secret token may contain any character', () => {
  const admit = admitWith({ secret_tokens: ['pässwörd €'] })
  const onTheWire = (text: string) => Buffer.from(text).toString('latin1')
  assert.deepEqual(admit({ 'x-gitlab-token': onTheWire('pässwörd €') }), { proof: 'token', label: '1' })
  assert.equal(kindOf(admit({ 'x-gitlab-token': onTheWire('passwörd €') })), 'unauthenticated')
})

test('a wrong, partial, longer, empty or missing token is refused as unauthenticated', () => {
  for (const token of [
    'third-secret',
    'first',
    'first-secret2',
    'FIRST-SECRET',
    'first-secret,second-secret',
    '',
    undefined,
  ])
    assert.equal(kindOf(admitWith()({ 'x-gitlab-token': token })), 'unauthenticated', String(token))
})

test('the reason of a refusal contains no token', () => {
  const refused = admitWith()({ 'x-gitlab-token': 'guess-4711' })
  assert.ok('reason' in refused)
  assert.doesNotMatch(refused.reason, /guess-4711|first-secret|second-secret/)
})

test('a token header sent twice, which Node joins with a comma, proves nothing', () => {
  assert.equal(kindOf(admitWith()({ 'x-gitlab-token': 'first-secret, first-secret' })), 'unauthenticated')
})

test('without any configured credential nobody is admitted, not even with an empty token', () => {
  const admit = admitWith({ secret_tokens: [] })
  for (const headers of [
    {},
    { 'x-gitlab-token': '' },
    { 'x-gitlab-token': 'x' },
    signedAt(String(nowSeconds)),
  ])
    assert.equal(kindOf(admit(headers)), 'unauthenticated')
})

test('a signature is kept until the body is read; unknown versions are ignored', () => {
  const admit = admitWith(acceptsSignatures)
  assert.deepEqual(
    admit(signedAt(String(nowSeconds), { 'webhook-signature': `${mac} ${otherMac} v2,CCCC` })),
    {
      proof: 'signature',
      signed: { id: 'a-delivery', timestamp: String(nowSeconds), signatures: [mac, otherMac] },
    },
  )
})

test('a valid token does not compensate for a stale signature', () => {
  const admit = admitWith(acceptsSignatures)
  assert.equal(kindOf(admit(signedAt('1', { 'x-gitlab-token': 'first-secret' }))), 'unauthenticated')
})

test('without a configured signing token a signature is ignored and the token decides', () => {
  assert.ok(isAdmitted(admitWith()(signedAt('1', { 'x-gitlab-token': 'first-secret' }))))
  assert.equal(kindOf(admitWith()(signedAt(String(nowSeconds)))), 'unauthenticated')
})

test('while signing tokens are introduced, a hook without a signature is admitted by its token', () => {
  assert.deepEqual(admitWith(acceptsSignatures)({ 'x-gitlab-token': 'first-secret' }), {
    proof: 'token',
    label: '1',
  })
})

test('a signature as old or as early as the tolerance is accepted, one second more is not', () => {
  const admit = admitWith(acceptsSignatures)
  for (const age of [-300, 0, 300])
    assert.ok(isAdmitted(admit(signedAt(String(nowSeconds - age)))), `${age} s`)
  for (const age of [-301, 301, 86_400])
    assert.equal(kindOf(admit(signedAt(String(nowSeconds - age)))), 'unauthenticated', `${age} s`)
})

test('a timestamp that is not a plain number of seconds is refused', () => {
  const admit = admitWith(acceptsSignatures)
  const hex = `0x${nowSeconds.toString(16)}`
  for (const timestamp of [
    '',
    'now',
    '2026-05-28T20:26:40Z',
    `${nowSeconds}.5`,
    `+${nowSeconds}`,
    ` ${nowSeconds}`,
    hex,
    `${nowSeconds}e0`,
    'NaN',
  ])
    assert.equal(kindOf(admit(signedAt(timestamp))), 'unauthenticated', timestamp)
})

test('a signature without its id or its timestamp is refused', () => {
  const admit = admitWith(acceptsSignatures)
  const { 'webhook-id': _id, ...withoutId } = signedAt(String(nowSeconds))
  const { 'webhook-timestamp': _timestamp, ...withoutTimestamp } = signedAt(String(nowSeconds))
  for (const headers of [withoutId, withoutTimestamp]) assert.equal(kindOf(admit(headers)), 'unauthenticated')
})

test('at most ten of a thousand signatures are compared', () => {
  const admitted = admitWith(acceptsSignatures)(
    signedAt(String(nowSeconds), { 'webhook-signature': Array(1000).fill(mac).join(' ') }),
  )
  assert.ok('proof' in admitted && admitted.proof === 'signature')
  assert.equal(admitted.signed.signatures.length, 10)
})

test('a body that is announced as too large is refused before it is read', () => {
  const sized = (bytes: number) => ({ 'x-gitlab-token': 'first-secret', 'content-length': String(bytes) })
  assert.equal(kindOf(admitWith()(sized(1001))), 'too_large')
  assert.ok(isAdmitted(admitWith()(sized(1000))))
})

test('a sender without valid credentials does not learn the size limit', () => {
  assert.equal(
    kindOf(admitWith()({ 'x-gitlab-token': 'wrong', 'content-length': '1001' })),
    'unauthenticated',
  )
})

test('a source that must sign is not admitted by its token', () => {
  const admit = admitWith({ ...acceptsSignatures, require_signature: true })
  assert.equal(rejectionOf(admit({ 'x-gitlab-token': 'first-secret' })), 'no_credentials')
  assert.ok(isAdmitted(admit(signedAt(String(nowSeconds)))))
})

test('a source that is not configured answers like one whose token is wrong', () => {
  const [nowhere, wrong] = [
    admitWith()({ 'x-gitlab-token': 'x' }, undefined, 'nowhere'),
    admitWith()({ 'x-gitlab-token': 'x' }),
  ]
  assert.ok('reason' in nowhere && 'reason' in wrong)
  assert.deepEqual([nowhere.kind, nowhere.reason], [wrong.kind, wrong.reason])
})

test('an address outside the ranges of the source is forbidden, whatever its token', () => {
  const admit = admitWith({ allowed_cidrs: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7'] })
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1', '192.0.2.7'])
    assert.equal(kindOf(admit({ 'x-gitlab-token': 'first-secret' }, address)), 'admitted', address)
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1', 'garbage', ''])
    assert.equal(kindOf(admit({ 'x-gitlab-token': 'first-secret' }, address)), 'forbidden', address)
})

test('X-Forwarded-For is trusted as far as trusted proxies wrote it, and not at all without them', () => {
  const headers = { 'x-gitlab-token': 'first-secret', 'x-forwarded-for': '10.0.0.1, 203.0.113.9' }
  const ranges = { allowed_cidrs: ['10.0.0.0/8'] }
  assert.equal(kindOf(admitWith(ranges)(headers)), 'forbidden')
  assert.equal(kindOf(admitWith(ranges, { trustedProxies: 1 })(headers)), 'forbidden')
  assert.equal(kindOf(admitWith(ranges, { trustedProxies: 2 })(headers)), 'admitted')
})
