import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { describeConfiguration } from '../../../cli/config/describe.ts'
import { sections } from '../../../cli/config/sections.ts'
import { isSecret } from '../../../lib/config.ts'

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

test('no secret is printed, set or wrong, in a value or in a fault', () => {
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
  assert.ok(rows.some(({ variable, origin, value }) => variable === 'INGRESS_SECRET_TOKENS' && origin === 'file' && value === '***'))
})

test('a secret that is not set is told from one that is', () => {
  assert.deepEqual(rowOf('INGRESS_SECRET_TOKENS', {}).value, null)
  assert.deepEqual(rowOf('INGRESS_SECRET_TOKENS', { INGRESS_SECRET_TOKENS: 'x' }).value, '***')
})

test('a value is told as it takes effect, and where it comes from', () => {
  assert.partialDeepStrictEqual(rowOf('INGRESS_PORT', {}), { section: 'ingress', value: '8080', origin: 'default' })
  assert.partialDeepStrictEqual(rowOf('INGRESS_PORT', { INGRESS_PORT: '9000' }), { value: '9000', origin: 'environment' })
  assert.partialDeepStrictEqual(rowOf('KAFKA_BROKERS', { KAFKA_BROKERS: 'a:1, b:2' }), { value: 'a:1,b:2', origin: 'environment' })
  assert.partialDeepStrictEqual(rowOf('KAFKA_BROKERS', { KAFKA_BROKERS: 'a:1' }, {}), { value: 'a:1', origin: 'local stack' })
  assert.partialDeepStrictEqual(rowOf('KAFKA_SSL_CA_FILE', {}), { value: null, origin: 'unset' })
})

test('every fault is told by its variable, and only there', () => {
  const env = { INGRESS_PORT: 'eighty', KAFKA_BROKERS: 'a:1', SCHEMA_REGISTRY_URL: 'nowhere' }
  const faults = describeConfiguration(env, env).filter(({ fault, variable }) => fault !== undefined && variable in env)
  assert.deepEqual(
    faults.map(({ variable }) => variable),
    ['SCHEMA_REGISTRY_URL', 'INGRESS_PORT'],
  )
})

test('what is required and missing is a fault', () => {
  assert.equal(rowOf('KAFKA_BROKERS', {}).fault, 'is not set')
})
