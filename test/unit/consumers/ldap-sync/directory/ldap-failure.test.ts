import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  LdapPermanentError,
  LdapRetriableError,
  translateError,
} from '../../../../../consumers/ldap-sync/directory/ldap-failure.ts'

/** Result codes by their names in RFC 4511, appendix A. */
const notKnown = {
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  partialResults: 9,
  referral: 10,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  affectsMultipleDSAs: 71,
}
const unavailable = { operationsError: 1, busy: 51, unavailable: 52, unwillingToPerform: 53, other: 80 }
const login = {
  authMethodNotSupported: 7,
  strongerAuthRequired: 8,
  confidentialityRequired: 13,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
}

const assertKind = (
  kind: string,
  codes: Readonly<Record<string, number>>,
  type: 'RetriableError' | 'PermanentError',
) => {
  for (const [name, code] of Object.entries(codes)) {
    const error = translateError('search', Object.assign(new Error(name), { code }))
    assert.ok(error instanceof LdapRetriableError || error instanceof LdapPermanentError)
    assert.deepEqual([error.kind, error.name], [kind, type], name)
  }
}

test('an answer that is not complete is not known, and can be waited for', () => {
  assertKind('not_known', notKnown, 'RetriableError')
})

test('a server that cannot answer now, and a login or right that is missing, can be waited for', () => {
  assertKind('unavailable', unavailable, 'RetriableError')
  assertKind('login', login, 'RetriableError')
  assertKind('not_allowed', { insufficientAccessRights: 50 }, 'RetriableError')
})

test('an error without a result code is one of the connection', () => {
  const error = translateError('search', new Error('Connection closed before message response'))
  assert.ok(error instanceof LdapRetriableError)
  assert.equal(error.kind, 'unavailable')
})

test('what the server will never accept is permanent', () => {
  assertKind(
    'refused',
    { protocolError: 2, constraintViolation: 19, objectClassViolation: 65 },
    'PermanentError',
  )
})
