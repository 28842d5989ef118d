import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readIngressSettings } from '../../../ingress/config.ts'
import { ConfigError } from '../../../lib/errors.ts'

const servers = { KAFKA_BROKERS: 'localhost:1', SCHEMA_REGISTRY_URL: 'http://localhost:1' }
const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const faultsOf = (env: Readonly<Record<string, string>>): string => {
  try {
    readIngressSettings({ ...servers, ...env })
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error))
    return error.message
  }
  return 'none'
}

test('without any credential there is no door', () => {
  assert.match(faultsOf({}), /^INGRESS_SECRET_TOKENS: is not set.*anybody could post hooks$/)
  assert.match(faultsOf({ INGRESS_SECRET_TOKENS: ' , ' }), /anybody could post hooks/)
  for (const env of [
    { INGRESS_SECRET_TOKENS: 'a' },
    { INGRESS_SIGNING_TOKENS: key },
    { INGRESS_SOURCES_FILE: 'sources.yaml' },
  ])
    assert.equal(faultsOf(env), 'none')
})

test('a signature that is required must be one that can be checked', () => {
  const required = { INGRESS_SECRET_TOKENS: 'a', INGRESS_REQUIRE_SIGNATURE: 'true' }
  assert.match(faultsOf(required), /^INGRESS_SIGNING_TOKENS: is not set, but INGRESS_REQUIRE_SIGNATURE is$/)
  assert.equal(faultsOf({ ...required, INGRESS_SIGNING_TOKENS: key }), 'none')
})

test('what would hold for nobody is refused: the senders of a file have their ranges and instances there', () => {
  const ofFile = { INGRESS_SOURCES_FILE: 'sources.yaml' }
  const ranges = { INGRESS_ALLOWED_CIDRS: '10.0.0.0/8' }
  const instance = { INGRESS_INSTANCE: 'https://git.example' }
  assert.match(
    faultsOf({ ...ofFile, ...ranges }),
    /^INGRESS_ALLOWED_CIDRS: does not hold .*INGRESS_SOURCES_FILE/,
  )
  assert.match(
    faultsOf({ ...ofFile, ...instance }),
    /^INGRESS_INSTANCE: does not hold .*INGRESS_SOURCES_FILE/,
  )
  assert.equal(faultsOf({ ...ofFile, ...ranges, ...instance, INGRESS_SECRET_TOKENS: 'a' }), 'none')
})

test('a certificate has a key, a key a certificate, and who asks for certificates shows one', () => {
  const [cert, certKey, ca] = [
    { INGRESS_TLS_CERT_FILE: 'c' },
    { INGRESS_TLS_KEY_FILE: 'k' },
    { INGRESS_TLS_CLIENT_CA_FILE: 'a' },
  ]
  const faults = (...given: object[]) => faultsOf(Object.assign({ INGRESS_SECRET_TOKENS: 'a' }, ...given))
  assert.match(faults(cert), /^INGRESS_TLS_KEY_FILE: is not set, but INGRESS_TLS_CERT_FILE is$/)
  assert.match(faults(certKey), /^INGRESS_TLS_CERT_FILE: is not set, but INGRESS_TLS_KEY_FILE is$/)
  assert.match(faults(ca), /^INGRESS_TLS_CERT_FILE: is not set, but INGRESS_TLS_CLIENT_CA_FILE is$/)
  assert.match(faults(cert, ca), /^INGRESS_TLS_KEY_FILE/)
  assert.match(faults(certKey, ca), /^INGRESS_TLS_CERT_FILE/)
  assert.deepEqual([faults(cert, certKey), faults(cert, certKey, ca)], ['none', 'none'])
})

test('the queue takes any body that the door lets in, in pieces too', () => {
  const given = { INGRESS_SECRET_TOKENS: 'a', INGRESS_MAX_BODY_BYTES: '50000000' }
  assert.match(
    faultsOf(given),
    /^INGRESS_QUEUE_BYTES: must be at least twice INGRESS_MAX_BODY_BYTES, 100000000:/,
  )
  assert.equal(faultsOf({ ...given, INGRESS_QUEUE_BYTES: '100000000' }), 'none')
})
