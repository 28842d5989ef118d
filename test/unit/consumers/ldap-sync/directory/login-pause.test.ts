import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ldapError } from '../../../../../consumers/ldap-sync/directory/ldap-failure.ts'
import { createLoginPause } from '../../../../../consumers/ldap-sync/directory/login-pause.ts'

const minute = 60_000

test('after a refused login none is tried for 5, 10, and then 15 minutes', async () => {
  let now = 0
  const triedAt: number[] = []
  const pause = createLoginPause(() => now)
  const refused = ldapError('bind', 'login', 'Invalid credentials')
  const refuse = async () => {
    triedAt.push(now / minute)
    throw refused
  }
  for (; now <= 46 * minute; now += minute) await assert.rejects(pause(refuse), refused)
  assert.deepEqual(triedAt, [0, 5, 15, 30, 45])
  now += 15 * minute
  assert.equal(await pause(async () => 'in'), 'in')
  triedAt.length = 0
  await assert.rejects(pause(refuse))
  now += 5 * minute
  await assert.rejects(pause(refuse))
  assert.equal(triedAt.length, 2, 'an accepted login begins again with 5 minutes')
})

test('a server that is down is tried again at once', async () => {
  const pause = createLoginPause(() => 0)
  const down = ldapError('bind', 'unavailable', 'no answer')
  await assert.rejects(
    pause(async () => {
      throw down
    }),
  )
  assert.equal(await pause(async () => 'in'), 'in')
})
