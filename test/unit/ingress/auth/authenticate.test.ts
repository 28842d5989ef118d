import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Admitted } from '../../../../ingress/auth/admit.ts'
import { authenticate } from '../../../../ingress/auth/authenticate.ts'
import { createSource } from '../../../../ingress/auth/source.ts'

const key = Buffer.from('0123456789abcdef0123456789abcdef')
const otherKey = Buffer.from('fedcba9876543210fedcba9876543210')
const tokenOf = (bytes: Buffer) => `whsec_${bytes.toString('base64')}`
const body = Buffer.from('{"object_kind":"push","text":"ä\\u0000"}')

/** See https://www.standardwebhooks.com: base64 of HMAC-SHA256 over `id.timestamp.body`. */
const sign = (secret: Buffer, id: string, timestamp: string, signed: Buffer) =>
  `v1,${createHmac('sha256', secret)
    .update(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), signed]))
    .digest('base64')}`
const signature = sign(key, 'msg_1', '1780000000', body)
type Signatures = { signatures: string[]; id: string; timestamp: string }
const signedBy = (signatures: string[], id = 'msg_1', timestamp = '1780000000'): Signatures => ({
  signatures,
  id,
  timestamp,
})
const sourceWith = (signing_tokens: string[]) =>
  createSource('default', { secret_tokens: [], signing_tokens, require_signature: false, allowed_cidrs: [] })
const prove = (tokens: string[], signed: Signatures, given = body) =>
  authenticate({ source: sourceWith(tokens), proof: 'signature', signed } satisfies Admitted, given)
const isProven = (tokens: string[], signed: Signatures, given = body) => 'by' in prove(tokens, signed, given)

test('the published test vector of Standard Webhooks is accepted', () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
  const admitted = signedBy(
    ['v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='],
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    '1614265330',
  )
  assert.ok(
    isProven(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], admitted, Buffer.from('{"test": 2432232314}')),
  )
})

test('a signature over exactly these bytes proves the sender', () => {
  assert.ok(isProven([tokenOf(key)], signedBy([signature])))
})

test('another body, id or timestamp, or one more byte, is noticed', () => {
  assert.ok(!isProven([tokenOf(key)], signedBy([signature]), Buffer.from('{"object_kind":"tag_push"}')))
  assert.ok(!isProven([tokenOf(key)], signedBy([signature]), Buffer.concat([body, Buffer.from(' ')])))
  assert.ok(!isProven([tokenOf(key)], signedBy([signature], 'msg_2')))
  assert.ok(!isProven([tokenOf(key)], signedBy([signature], 'msg_1', '1780000001')))
})

test('a refusal does not contain the signature that was expected', () => {
  const refusal = { kind: 'unauthenticated', rejection: 'wrong_signature', reason: 'the signature is wrong' }
  assert.deepEqual(prove([tokenOf(key)], signedBy(['v1,AAAA'])), refusal)
})

test('one valid signature of several is enough, at any position', () => {
  const wrong = sign(otherKey, 'msg_1', '1780000000', body)
  assert.ok(isProven([tokenOf(key)], signedBy([wrong, signature])))
  assert.ok(isProven([tokenOf(key)], signedBy([signature, wrong])))
  assert.ok(!isProven([tokenOf(key)], signedBy([wrong, wrong])))
})

test('any of several signing tokens may have signed, so that they can be rotated', () => {
  assert.ok(isProven([tokenOf(otherKey), tokenOf(key)], signedBy([signature])))
  assert.ok(isProven([tokenOf(key), tokenOf(otherKey)], signedBy([signature])))
  assert.ok(!isProven([tokenOf(otherKey)], signedBy([signature])))
  assert.deepEqual(prove([tokenOf(otherKey), tokenOf(key)], signedBy([signature])), {
    by: 'signature',
    label: '2',
  })
})

test('a signature that is empty, cut off or too long is refused without an error', () => {
  const mac = signature.slice(3)
  for (const given of [
    'v1,',
    'v1,AAAA',
    `v1,${mac.slice(0, -4)}`,
    `v1,${mac.replace('=', '')}AAAA`,
    'v1,\u00ff\u0000',
  ])
    assert.ok(!isProven([tokenOf(key)], signedBy([given])), given)
  assert.ok(!isProven([tokenOf(key)], signedBy([])))
})

test('without a signing token no signature is valid', () => {
  assert.ok(!isProven([], signedBy([signature])))
})

test('a sender that was admitted by its token needs no signature', () => {
  assert.deepEqual(authenticate({ source: sourceWith([]), proof: 'token', label: '2' }, body), {
    by: 'token',
    label: '2',
  })
})
