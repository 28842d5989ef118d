import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerWithinMs, readIngressSettings } from '../../../ingress/config.ts'
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

test('the ingress does not start without any credential', () => {
  assert.match(faultsOf({}), /^INGRESS_SECRET_TOKENS: is not set.*anybody could post hooks$/)
  assert.match(faultsOf({ INGRESS_SECRET_TOKENS: ' , ' }), /anybody could post hooks/)
  for (const env of [
    { INGRESS_SECRET_TOKENS: 'a' },
    { INGRESS_SIGNING_TOKENS: key },
    { INGRESS_SOURCES_FILE: 'sources.yaml' },
  ])
    assert.equal(faultsOf(env), 'none')
})

test('a required signature needs a signing token to check it with', () => {
  const required = { INGRESS_SECRET_TOKENS: 'a', INGRESS_REQUIRE_SIGNATURE: 'true' }
  assert.match(faultsOf(required), /^INGRESS_SIGNING_TOKENS: is not set, but INGRESS_REQUIRE_SIGNATURE is$/)
  assert.equal(faultsOf({ ...required, INGRESS_SIGNING_TOKENS: key }), 'none')
})

test('a setting that no sender would use is rejected: senders of a file have their settings in it', () => {
  const ofFile = { INGRESS_SOURCES_FILE: 'sources.yaml' }
  const ranges = { INGRESS_ALLOWED_CIDRS: '10.0.0.0/8' }
  const instance = { INGRESS_INSTANCE: 'https://git.example' }
  assert.match(
    faultsOf({ ...ofFile, ...ranges }),
    /^INGRESS_ALLOWED_CIDRS: has no effect .*INGRESS_SOURCES_FILE: set allowed_cidrs in that file$/,
  )
  assert.match(
    faultsOf({ ...ofFile, ...instance }),
    /^INGRESS_INSTANCE: has no effect .*INGRESS_SOURCES_FILE: set instance in that file$/,
  )
  assert.equal(faultsOf({ ...ofFile, ...ranges, ...instance, INGRESS_SECRET_TOKENS: 'a' }), 'none')
})

test('a certificate needs its key, a key its certificate, and a client authority needs both', () => {
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

test('the queue has room for the largest body that is accepted, also when it is sent in chunks', () => {
  const given = { INGRESS_SECRET_TOKENS: 'a', INGRESS_MAX_BODY_BYTES: '50000000' }
  assert.match(
    faultsOf(given),
    /^INGRESS_QUEUE_BYTES: must be at least twice INGRESS_MAX_BODY_BYTES \(100000000\):/,
  )
  assert.equal(faultsOf({ ...given, INGRESS_QUEUE_BYTES: '100000000' }), 'none')
})

test('every broken rule is named at once, not only the first', () => {
  const variablesIn = (env: Readonly<Record<string, string>>) =>
    faultsOf(env)
      .split('\n')
      .map((line) => line.split(':')[0])
  assert.deepEqual(variablesIn({ INGRESS_REQUIRE_SIGNATURE: '1' }), [
    'INGRESS_SECRET_TOKENS',
    'INGRESS_SIGNING_TOKENS',
  ])
  const everything = {
    INGRESS_SOURCES_FILE: 'sources.yaml',
    INGRESS_REQUIRE_SIGNATURE: '1',
    INGRESS_ALLOWED_CIDRS: '10.0.0.0/8',
    INGRESS_INSTANCE: 'https://git.example',
    INGRESS_TLS_KEY_FILE: 'k',
    INGRESS_TLS_CLIENT_CA_FILE: 'a',
    INGRESS_QUEUE_BYTES: '1',
  }
  assert.deepEqual(variablesIn(everything), [
    'INGRESS_SIGNING_TOKENS',
    'INGRESS_ALLOWED_CIDRS',
    'INGRESS_INSTANCE',
    'INGRESS_TLS_CERT_FILE',
    'INGRESS_TLS_CERT_FILE',
    'INGRESS_QUEUE_BYTES',
  ])
})

test('a hook is answered within about five seconds by default, well before GitLab gives up at ten', () => {
  const settings = readIngressSettings({ ...servers, INGRESS_SECRET_TOKENS: 'a' })
  assert.equal(answerWithinMs(settings), 5500)
})

test('the memory for unproven bodies has room for the largest body', () => {
  const given = { INGRESS_SECRET_TOKENS: 'a', INGRESS_UNPROVEN_BYTES: '1000000' }
  assert.match(faultsOf(given), /^INGRESS_UNPROVEN_BYTES: must be at least INGRESS_MAX_BODY_BYTES/)
  assert.equal(faultsOf({ ...given, INGRESS_MAX_BODY_BYTES: '1000000' }), 'none')
})

test('the instance is the origin of an http or https URL', () => {
  const instanceOf = (text: string) =>
    readIngressSettings({ ...servers, INGRESS_SECRET_TOKENS: 'a', INGRESS_INSTANCE: text }).INGRESS_INSTANCE
  assert.equal(instanceOf('https://git.example'), 'https://git.example')
  assert.equal(instanceOf('http://git.example:8080/'), 'http://git.example:8080')
  for (const text of [
    'git.example',
    'ftp://git.example',
    'mailto:a@b',
    'https://git.example/x',
    'https://a@b',
  ])
    assert.match(
      faultsOf({ INGRESS_SECRET_TOKENS: 'a', INGRESS_INSTANCE: text }),
      /^INGRESS_INSTANCE: must be a URL such as/,
      text,
    )
})
