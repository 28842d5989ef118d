import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowed } from '../../../../ingress/auth/address.ts'
import {
  cidr,
  createSource,
  findMatch,
  isEqual,
  type SourceSettings,
  signingToken,
} from '../../../../ingress/auth/source.ts'

const sourceWith = (settings: Partial<SourceSettings> = {}) =>
  createSource('berlin', {
    secret_tokens: ['s1'],
    signing_tokens: [],
    require_signature: false,
    allowed_cidrs: [],
    ...settings,
  })
const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

test('the required proof follows from the configured credentials', () => {
  assert.equal(sourceWith().accepts, 'token')
  assert.equal(sourceWith({ signing_tokens: [key] }).accepts, 'either')
  assert.equal(sourceWith({ signing_tokens: [key], require_signature: true }).accepts, 'signature')
})

test('credentials are labelled by their position, and a source as JSON shows no secret', () => {
  const source = sourceWith({ secret_tokens: ['tell-nobody', 's2'], signing_tokens: [key] })
  assert.deepEqual(
    source.secrets.map(({ label }) => label),
    ['1', '2'],
  )
  assert.deepEqual(
    source.signingKeys.map(({ bytes }) => bytes.toString()),
    ['0123456789abcdef0123456789abcdef'],
  )
  assert.doesNotMatch(JSON.stringify(source), /tell-nobody/)
})

test('every credential is compared, whichever one matches and wherever the first difference is', () => {
  const { secrets } = sourceWith({ secret_tokens: ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'] })
  const comparisons = (token: string) => {
    let count = 0
    const match = findMatch(secrets, (bytes) => {
      count += 1
      return isEqual(bytes, Buffer.from(token))
    })
    return [match?.label, count]
  }
  assert.deepEqual(comparisons('aaaaaaaa'), ['1', 3])
  assert.deepEqual(comparisons('cccccccc'), ['3', 3])
  for (const wrong of ['', 'a', 'aaaaaaab', 'xaaaaaaa', 'cccccccc ', 'x'.repeat(10_000)])
    assert.deepEqual(comparisons(wrong), [undefined, 3])
})

test('only the complete secret is equal: neither a part of it nor a longer text', () => {
  const secret = Buffer.from('abcd')
  for (const other of ['', 'abc', 'abc\0', 'abcd\0', 'abcde', 'abce', 'xbcd'])
    assert.equal(isEqual(secret, Buffer.from(other)), false, other)
  assert.equal(isEqual(secret, Buffer.from('abcd')), true)
})

test('ranges of IPv4 and IPv6 and single addresses', () => {
  const { allowedAddresses } = sourceWith({
    allowed_cidrs: ['34.74.90.64/28', '10.1.2.3', '2001:db8::/32', '::1'],
  })
  for (const inside of ['34.74.90.64', '34.74.90.79', '10.1.2.3', '2001:db8:ffff::1', '::1'])
    assert.ok(isAllowed(inside, allowedAddresses), inside)
  for (const outside of [
    '34.74.90.63',
    '34.74.90.80',
    '10.1.2.4',
    '2001:db9::1',
    '::2',
    '',
    'nonsense',
    '34.74.90.64, 1.1.1.1',
  ])
    assert.equal(isAllowed(outside, allowedAddresses), false, outside)
})

test('without ranges any address is allowed; a range can also cover all addresses', () => {
  assert.equal(sourceWith().allowedAddresses, null)
  assert.ok(isAllowed('whatever', null))
  assert.ok(isAllowed('203.0.113.9', sourceWith({ allowed_cidrs: ['0.0.0.0/0'] }).allowedAddresses))
})

test('a text that is not a range is refused', () => {
  for (const text of ['10.0.0.0/8', '::/0', '192.0.2.1', 'fe80::1/128'])
    assert.ok(cidr.safeParse(text).success, text)
  for (const text of [
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/9',
    '10.0.0/8',
    'gitlab.com',
    '10.0.0.0/1e1',
    'fe80::1%eth0',
    '10.0.0.0/ 8',
  ])
    assert.equal(cidr.safeParse(text).success, false, text)
})

test('a signing token is whsec_ and base64', () => {
  assert.ok(signingToken.safeParse(key).success)
  for (const text of [
    '',
    'whsec_',
    'whsec_short',
    key.replace('whsec_', ''),
    `${key}!`,
    ` ${key}`,
    'whsec_???'.padEnd(40, '?'),
  ])
    assert.equal(signingToken.safeParse(text).success, false, text)
})
