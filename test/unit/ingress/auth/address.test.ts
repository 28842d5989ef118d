import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressOf, isAllowed, networkOf } from '../../../../ingress/auth/address.ts'
import { createSource } from '../../../../ingress/auth/source.ts'

const from = (remoteAddress: string | undefined, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage

test('without a proxy the address of the connection is used, and X-Forwarded-For is ignored', () => {
  assert.equal(addressOf(from('192.0.2.1'), 0), '192.0.2.1')
  assert.equal(addressOf(from('192.0.2.1', '34.74.90.70'), 0), '192.0.2.1')
})

test('an IPv4 address that is mapped into IPv6 is treated as IPv4', () => {
  assert.equal(addressOf(from('::ffff:192.0.2.1'), 0), '192.0.2.1')
  assert.equal(addressOf(from('10.0.0.1', '::FFFF:192.0.2.1'), 1), '192.0.2.1')
  assert.equal(addressOf(from('2001:db8::1'), 0), '2001:db8::1')
})

test('behind one proxy, the last address is used; the sender may have written the others', () => {
  assert.equal(addressOf(from('10.0.0.1', '198.51.100.7'), 1), '198.51.100.7')
  assert.equal(addressOf(from('10.0.0.1', '34.74.90.70, 198.51.100.7'), 1), '198.51.100.7')
  assert.equal(addressOf(from('10.0.0.1', '34.74.90.70,,  198.51.100.7 '), 1), '198.51.100.7')
})

test('behind two proxies, the second last address is used', () => {
  assert.equal(addressOf(from('10.0.0.1', '198.51.100.7, 10.0.0.2'), 2), '198.51.100.7')
  assert.equal(addressOf(from('10.0.0.1', '34.74.90.70, 198.51.100.7, 10.0.0.2'), 2), '198.51.100.7')
})

test('whatever a sender writes in front, the address stays the one that the proxies saw', () => {
  const spoof = fc
    .array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 10 })), { maxLength: 6 })
    .map((parts) => parts.join(', '))
  fc.assert(
    fc.property(spoof, fc.integer({ min: 1, max: 3 }), (spoofed, proxies) => {
      const seen = ['198.51.100.7', '10.0.0.3', '10.0.0.2'].slice(0, proxies)
      const header = [...(spoofed === '' ? [] : [spoofed]), ...seen].join(', ')
      assert.equal(addressOf(from('10.0.0.1', header), proxies), '198.51.100.7')
    }),
  )
})

test('an address with a port, as some proxies write it, is understood', () => {
  for (const header of [
    '198.51.100.7:51234',
    '[198.51.100.7]:51234',
    '::ffff:198.51.100.7',
    '[::ffff:198.51.100.7]:51234',
  ])
    assert.equal(addressOf(from('10.0.0.1', header), 1), '198.51.100.7', header)
  for (const header of ['2001:db8::1', '[2001:db8::1]', '[2001:db8::1]:51234'])
    assert.equal(addressOf(from('10.0.0.1', header), 1), '2001:db8::1', header)
  assert.equal(
    addressOf(from('10.0.0.1', '2001:db8::1:443'), 1),
    '2001:db8::1:443',
    'without brackets it is unknown where a port begins',
  )
})

test('if the proxies name no address, their own address, which may be allowed, is not used instead', () => {
  const { allowedAddresses } = createSource('berlin', {
    ...{ secret_tokens: ['s'], signing_tokens: [], require_signature: false },
    allowed_cidrs: ['10.0.0.0/8', '2001:db8::/32'],
  })
  const headers = [
    undefined,
    '',
    'unknown',
    '_hidden',
    '10.0.0.300',
    '10.0.0.9:',
    ':4711',
    '[10.0.0.9',
    '[]',
    '[unknown]:1',
    '10.0.0.9:1:2',
  ]
  for (const header of headers)
    assert.ok(
      !isAllowed(addressOf(from('10.0.0.1', header), 1), allowedAddresses),
      `X-Forwarded-For: ${String(header)}`,
    )
  assert.ok(
    !isAllowed(addressOf(from('10.0.0.1', '10.0.0.9'), 2), allowedAddresses),
    'one entry where two proxies write',
  )
  assert.ok(isAllowed(addressOf(from('10.0.0.1', '10.0.0.9'), 1), allowedAddresses))
})

test('a closed connection has no address', () => {
  assert.equal(addressOf(from(undefined), 0), '')
})

test('an IPv6 address counts as its /64 network, however it is written', () => {
  const networks = [
    ['2001:db8:0:0:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:DB8::4', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['192.0.2.1', '192.0.2.1'],
    ['', ''],
    ['unknown', 'unknown'],
  ] as const
  for (const [address, network] of networks) assert.equal(networkOf(address), network, address)
})
