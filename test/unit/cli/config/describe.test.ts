import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { describeConfiguration } from '../../../../cli/config/describe.ts'
import {
  processNames,
  processOfCommandLine,
  sectionsOfProcess,
} from '../../../../cli/config/process-sections.ts'
import { sections } from '../../../../cli/config/sections.ts'
import { consumers } from '../../../../consumers/index.ts'
import { isSecret } from '../../../../lib/config.ts'
import { databaseVariableOf } from '../../../../lib/database-variable.ts'

const fileWith = (t: TestContext, text: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'describe-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'secret'), text)
  return join(folder, 'secret')
}
const secrets = [
  ...new Set(
    sections.flatMap(({ variables }) =>
      Object.entries(variables.shape)
        .filter(([, variable]) => isSecret(variable))
        .map(([name]) => name),
    ),
  ),
]
const rowOf = (variable: string, env: Record<string, string>, given = env) => {
  const row = describeConfiguration(env, given).find((each) => each.variable === variable)
  assert.ok(row, variable)
  return row
}

test('no secret is printed in a value or in a fault, whether it is valid or not', () => {
  assert.ok(secrets.length >= 5)
  for (const value of [
    'marker-4711',
    'postgres://user:marker-4711@host/db',
    'whsec_marker4711marker4711marker4711',
    'https://marker-4711',
  ]) {
    const env = Object.fromEntries(secrets.map((name) => [name, value]))
    assert.doesNotMatch(JSON.stringify(describeConfiguration(env, env)), /4711/, value)
  }
})

test('no secret that comes from a file is printed', (t) => {
  const file = fileWith(t, 'marker-4711\n')
  const env = Object.fromEntries(secrets.map((name) => [`${name}_FILE`, file]))
  const rows = describeConfiguration(env, env)
  assert.doesNotMatch(JSON.stringify(rows), /4711/)
  assert.ok(
    rows.some(
      ({ variable, origin, value }) =>
        variable === 'INGRESS_SECRET_TOKENS' && origin === 'file' && value === '***',
    ),
  )
})

test('a secret that is set is shown as ***, and one that is not set as null', () => {
  assert.deepEqual(rowOf('INGRESS_SECRET_TOKENS', {}).value, null)
  assert.deepEqual(rowOf('INGRESS_SECRET_TOKENS', { INGRESS_SECRET_TOKENS: 'x' }).value, '***')
})

test('each row shows the effective value and its origin', () => {
  assert.partialDeepStrictEqual(rowOf('INGRESS_PORT', {}), {
    section: 'ingress',
    value: '8080',
    origin: 'default',
  })
  assert.partialDeepStrictEqual(rowOf('INGRESS_PORT', { INGRESS_PORT: '9000' }), {
    value: '9000',
    origin: 'environment',
  })
  assert.partialDeepStrictEqual(rowOf('KAFKA_BROKERS', { KAFKA_BROKERS: 'a:1, b:2' }), {
    value: 'a:1,b:2',
    origin: 'environment',
  })
  assert.partialDeepStrictEqual(rowOf('KAFKA_BROKERS', { KAFKA_BROKERS: 'a:1' }, {}), {
    value: 'a:1',
    origin: 'local stack',
  })
  assert.partialDeepStrictEqual(rowOf('KAFKA_SSL_CA_FILE', {}), { value: null, origin: 'unset' })
})

test('each fault is in the row of its variable, and only there', () => {
  const env = { INGRESS_PORT: 'eighty', KAFKA_BROKERS: 'a:1', SCHEMA_REGISTRY_URL: 'nowhere' }
  const faults = describeConfiguration(env, env).filter(
    ({ fault, variable }) => fault !== undefined && variable in env,
  )
  assert.deepEqual(
    faults.map(({ variable }) => variable),
    ['SCHEMA_REGISTRY_URL', 'INGRESS_PORT'],
  )
})

test('a required variable that is missing is a fault', () => {
  assert.equal(rowOf('KAFKA_BROKERS', {}).fault, 'is not set')
})

test('a value that is not valid is not shown: it may be a password in the wrong variable', () => {
  for (const value of ['http://user:marker-4711@host/', 'http://:marker-4711@host/', 'marker-4711']) {
    const row = rowOf('SCHEMA_REGISTRY_URL', { SCHEMA_REGISTRY_URL: value })
    assert.ok(row.fault)
    assert.doesNotMatch(JSON.stringify(row), /4711/, value)
  }
})

test('the user and the password of a URL are not shown', () => {
  const url = 'https://user:mark@er-4711@host/gitlab'
  const row = rowOf('INGRESS_HOST', { INGRESS_SECRET_TOKENS: 'x', INGRESS_HOST: url })
  assert.partialDeepStrictEqual(row, { value: 'https://***@host/gitlab', origin: 'environment' })
  const refused = rowOf('INGRESS_INSTANCE', { INGRESS_SECRET_TOKENS: 'x', INGRESS_INSTANCE: url })
  assert.match(String(refused?.fault), /^must be a URL such as/)
  assert.doesNotMatch(JSON.stringify(refused), /4711|user/)
})

test('faults of several variables together, and of the files that they name, are shown', (t) => {
  const needed = { KAFKA_BROKERS: 'a:1', SCHEMA_REGISTRY_URL: 'http://a', INGRESS_SECRET_TOKENS: 'x' }
  const file = fileWith(t, 'no certificate')
  const twice = fileWith(t, 'sources: { default: { secret_tokens: [y] } }')
  const cases: [variable: string, env: Record<string, string>, fault: RegExp][] = [
    [
      'INGRESS_SECRET_TOKENS',
      { INGRESS_SECRET_TOKENS: '' },
      /is not set, nor is .* anybody could post hooks/,
    ],
    [
      'INGRESS_SIGNING_TOKENS',
      { INGRESS_REQUIRE_SIGNATURE: 'true' },
      /is not set, but INGRESS_REQUIRE_SIGNATURE is/,
    ],
    ['INGRESS_SOURCES_FILE', { INGRESS_SOURCES_FILE: '/nowhere' }, /cannot be read/],
    ['INGRESS_SOURCES_FILE', { INGRESS_SOURCES_FILE: file }, /./],
    ['INGRESS_SOURCES_FILE', { INGRESS_SOURCES_FILE: twice }, /Configure it in one place/],
    ['INGRESS_TLS_KEY_FILE', { INGRESS_TLS_CERT_FILE: file }, /is not set, but INGRESS_TLS_CERT_FILE is/],
    [
      'INGRESS_TLS_CERT_FILE',
      { INGRESS_TLS_CERT_FILE: file, INGRESS_TLS_KEY_FILE: file },
      /contains no certificate/,
    ],
    [
      'KAFKA_SASL_USERNAME',
      { KAFKA_SASL_MECHANISM: 'plain' },
      /is not set, but it is needed because KAFKA_SASL_MECHANISM is set/,
    ],
    ['KAFKA_SSL_CA_FILE', { KAFKA_SSL: 'yes', KAFKA_SSL_CA_FILE: '/nowhere' }, /cannot read \/nowhere/],
  ]
  for (const [variable, env, fault] of cases) {
    assert.equal(rowOf(variable, needed).fault, undefined, variable)
    assert.match(rowOf(variable, { ...needed, ...env }).fault ?? '', fault, variable)
  }
  // One fault does not hide another, and a variable that is not valid hides none.
  const all = {
    ...needed,
    INGRESS_SOURCES_FILE: '/nowhere',
    KAFKA_BROKERS: '',
    KAFKA_SSL: 'yes',
    KAFKA_SSL_KEY_FILE: '/nowhere',
    KAFKA_SASL_MECHANISM: 'plain',
  }
  for (const variable of [
    'INGRESS_SOURCES_FILE',
    'KAFKA_BROKERS',
    'KAFKA_SSL_KEY_FILE',
    'KAFKA_SASL_USERNAME',
  ])
    assert.ok(rowOf(variable, all).fault, variable)
})

test('a variable with a fallback has the origin of its fallback', () => {
  const url = 'postgres://owner@host/db'
  assert.equal(rowOf('AUDIT_LOG_DATABASE_URL', { DATABASE_URL: url }, {}).origin, 'local stack')
  assert.equal(rowOf('AUDIT_LOG_DATABASE_URL', { DATABASE_URL: url }).origin, 'environment')
  assert.equal(rowOf('AUDIT_LOG_DATABASE_URL', {}).origin, 'unset')
})

const databaseVariables = consumers
  .filter(({ database }) => database !== undefined)
  .map(({ name }) => databaseVariableOf(name))

test('the variables of other processes are left out, with their faults', () => {
  const env = {
    KAFKA_BROKERS: 'kafka:9092',
    SCHEMA_REGISTRY_URL: 'http://registry:8081',
    INGRESS_PORT: 'door',
    ...Object.fromEntries(databaseVariables.map((name) => [name, 'postgres://worker:secret@db/bridge'])),
    LDAP_SYNC_URL: 'ldaps://ldap.example.com',
    LDAP_SYNC_BIND_DN: 'cn=bridge,dc=example,dc=com',
    LDAP_SYNC_BIND_PASSWORD: 'secret',
    LDAP_SYNC_MAPPING_FILE: 'mapping.yml',
    CHAT_NOTIFIER_DATABASE_URL: 'postgres://worker:secret@db/bridge',
    HOOK_FORWARDER_DATABASE_URL: 'postgres://worker:secret@db/bridge',
    ROUTES_FILE: 'routes.yaml',
    REVIEWER_MENTIONS_FILE: 'reviewers.yaml',
  }
  const faults = (process?: string) =>
    describeConfiguration(env, env, process)
      .filter(({ fault }) => fault !== undefined)
      .map(({ variable }) => variable)
  assert.ok(faults().includes('INGRESS_PORT'))
  assert.ok(faults('ingress').includes('INGRESS_PORT'))
  for (const process of processNames.filter((name) => name !== 'ingress'))
    assert.deepEqual(faults(process), [], process)
  const variables = describeConfiguration(env, env, 'audit-log').map(({ variable }) => variable)
  assert.ok(variables.includes('AUDIT_LOG_DATABASE_URL') && variables.includes('CONSUMER_ATTEMPTS'))
  assert.ok(!variables.includes('DATABASE_URL') && !variables.includes('INGRESS_PORT'))
  const withoutDatabase = { ...env, AUDIT_LOG_DATABASE_URL: undefined }
  const [missing] = describeConfiguration(withoutDatabase, withoutDatabase, 'audit-log').filter(
    ({ fault }) => fault !== undefined,
  )
  assert.equal(missing?.variable, 'AUDIT_LOG_DATABASE_URL', 'the process would not start without it')
})

test('every section belongs to a process, and a process that does not exist is refused', () => {
  const known = new Set(processNames.flatMap(sectionsOfProcess))
  const others = sections.map(({ name }) => name).filter((name) => !known.has(name))
  assert.deepEqual(others, ['local stack'])
  assert.throws(() => sectionsOfProcess('kafka'), /There is no process kafka\. Name one of: setup, ingress/)
})

test('the process of a container is found in the command line of its first process', () => {
  const of = (...words: string[]) => processOfCommandLine(`${words.join('\0')}\0`)
  assert.equal(of('node', '--max-semi-space-size=8', '/app/cli/bridge.ts', 'ingress'), 'ingress')
  assert.equal(
    of('/sbin/docker-init', '--', 'node', '/app/cli/bridge.ts', 'consumer', 'audit-log'),
    'audit-log',
  )
  assert.equal(of('node', 'cli/bridge.ts', 'lag-exporter'), 'lag-exporter')
  assert.equal(of('node', '/app/cli/bridge.ts', 'local'), undefined)
  assert.equal(of('node', '/app/cli/bridge.ts', 'consumer'), undefined)
  assert.equal(of('/sbin/init'), undefined)
  assert.equal(processOfCommandLine(''), undefined)
})
