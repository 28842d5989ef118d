import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidCredentialsError, NoSuchObjectError } from 'ldapts'
import { ldapFailureOf, translateError } from '../../../../../consumers/ldap-sync/directory/ldap-failure.ts'

test('an error of the server has its name, the decimal result code, and what the server says', () => {
  const refused = translateError('connect ldap://here', new InvalidCredentialsError(''))
  assert.equal(refused.message, 'LDAP: connect ldap://here: InvalidCredentialsError (49)')
  assert.equal(ldapFailureOf(refused), 'login')
  const absent = translateError('search', new NoSuchObjectError('no entry'))
  assert.equal(absent.message, 'LDAP: search: NoSuchObjectError (32): no entry')
  assert.equal(ldapFailureOf(absent), 'absent')
})

test('an error without a result code is one of the connection', () => {
  const away = translateError('connect', new Error('connect ECONNREFUSED'))
  assert.equal(away.message, 'LDAP: connect: connect ECONNREFUSED')
  assert.equal(ldapFailureOf(away), 'unavailable')
})
