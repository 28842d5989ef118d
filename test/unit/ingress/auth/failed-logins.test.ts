import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createFailedLogins, createThrottle } from '../../../../ingress/auth/failed-logins.ts'

const request = (remoteAddress: string) =>
  ({ socket: { remoteAddress }, headers: {} }) as unknown as IncomingMessage
const unauthenticated = {
  kind: 'unauthenticated',
  rejection: 'wrong_token',
  reason: 'the secret token is wrong',
} as const
const withClock = (perMinute: number) => {
  const clock = { now: 0 }
  return { clock, failedLogins: createFailedLogins(perMinute, () => clock.now) }
}
const times = <T>(count: number, action: () => T) => Array.from({ length: count }, action)

test('an address may fail a limited number of times in a minute', () => {
  const { failedLogins } = withClock(3)
  assert.deepEqual(
    times(5, () => failedLogins.add('a')),
    ['few', 'few', 'few', 'too_many', 'too_many'],
  )
})

test('each address has a limit of its own', () => {
  const { failedLogins } = withClock(1)
  assert.deepEqual(['a', 'b', 'a', 'b', 'c'].map(failedLogins.add), [
    'few',
    'few',
    'too_many',
    'too_many',
    'few',
  ])
})

test('after a minute the count starts again, and further failures do not prolong the minute', () => {
  const { clock, failedLogins } = withClock(1)
  times(10, () => {
    clock.now += 5000
    failedLogins.add('a')
  })
  clock.now = 5000 + 60_000
  assert.equal(failedLogins.add('a'), 'few')
  assert.equal(failedLogins.add('a'), 'too_many')
})

test('in a flood of addresses, the one without a failure for the longest time is forgotten', () => {
  const { failedLogins } = withClock(1)
  failedLogins.add('persistent')
  failedLogins.add('once')
  for (let number = 0; number < 9_998; number++) failedLogins.add(`flood-${number}`)
  assert.equal(failedLogins.add('persistent'), 'too_many')
  failedLogins.add('one more')
  assert.equal(failedLogins.add('once'), 'few')
  assert.equal(failedLogins.add('persistent'), 'too_many')
})

test('refused credentials turn into 429; other refusals stay as they are and are not counted', () => {
  const { failedLogins } = withClock(2)
  const throttle = createThrottle(failedLogins, 0)
  const forbidden = {
    kind: 'forbidden',
    rejection: 'address',
    reason: 'this address may not send hooks',
  } as const
  times(5, () => assert.equal(throttle(request('a'), forbidden), forbidden))
  assert.deepEqual(
    times(3, () => throttle(request('a'), unauthenticated).kind),
    ['unauthenticated', 'unauthenticated', 'throttled'],
  )
  assert.equal(throttle(request('b'), unauthenticated), unauthenticated)
})

test('a sender that never completes an unproven body counts as failed, and its answer stays', () => {
  const { failedLogins } = withClock(2)
  const throttle = createThrottle(failedLogins, 0)
  for (const kind of ['too_slow', 'aborted', 'unavailable'] as const)
    assert.equal(throttle(request('a'), { kind, reason: 'incomplete' }).kind, kind)
  assert.equal(throttle(request('a'), unauthenticated).kind, 'throttled')
  assert.deepEqual([failedLogins.hasTooMany('a'), failedLogins.hasTooMany('b')], [true, false])
})

test('an address has failed too often until its minute is over', () => {
  const { clock, failedLogins } = withClock(1)
  times(2, () => failedLogins.add('a'))
  assert.ok(failedLogins.hasTooMany('a'))
  clock.now = 60_000
  assert.equal(failedLogins.hasTooMany('a'), false)
})

test('the addresses of one IPv6 network of a sender count as one', () => {
  const throttle = createThrottle(withClock(1).failedLogins, 0)
  const kinds = ['2001:db8::1', '2001:db8:0:1::1', '2001:db8::ffff'].map(
    (address) => throttle(request(address), unauthenticated).kind,
  )
  assert.deepEqual(kinds, ['unauthenticated', 'unauthenticated', 'throttled'])
})

test('behind a proxy the sender is counted, not the proxy', () => {
  const throttle = createThrottle(withClock(1).failedLogins, 1)
  const through = (address: string) =>
    ({
      socket: { remoteAddress: '10.0.0.1' },
      headers: { 'x-forwarded-for': address },
    }) as unknown as IncomingMessage
  const kinds = ['192.0.2.1', '192.0.2.2', '192.0.2.1'].map(
    (address) => throttle(through(address), unauthenticated).kind,
  )
  assert.deepEqual(kinds, ['unauthenticated', 'unauthenticated', 'throttled'])
})
