import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readEndpoints, withLocalStack, withLocalToken } from '../../../cli/environment.ts'
import { databaseUsersOf, databaseVariablesOf } from '../../../cli/variables/database-variables.ts'
import { consumers } from '../../../consumers/index.ts'
import { readVariables } from '../../../lib/config.ts'
import { acquireLock } from '../../../lib/disk/lock.ts'

const endpoints = {
  hook_url: 'http://127.0.0.1:8080/hooks',
  secret_token: 'local-token',
  kafka_brokers: '127.0.0.1:9092',
  schema_registry_url: 'http://127.0.0.1:8081',
  database_url: 'postgres://owner@127.0.0.1/bridge',
  audit_reader_url: 'postgres://audit_reader@127.0.0.1/bridge',
}
/** The folder of a local stack. The stack counts as running while its lock is held, here by this process. */
const stack = async (t: TestContext, { text = JSON.stringify(endpoints), isRunning = true } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'environment-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'endpoints.json'), text)
  if (isRunning) await acquireLock(join(folder, 'lock'))
  return folder
}

test('a variable that the user has not set comes from the running local stack', async (t) => {
  const folder = await stack(t)
  assert.deepEqual(withLocalStack({ BRIDGE_DATA_DIR: folder, KAFKA_BROKERS: '', OTHER: 'x' }), {
    BRIDGE_DATA_DIR: folder,
    OTHER: 'x',
    KAFKA_BROKERS: endpoints.kafka_brokers,
    SCHEMA_REGISTRY_URL: endpoints.schema_registry_url,
    DATABASE_URL: endpoints.database_url,
    AUDIT_READER_DATABASE_URL: endpoints.audit_reader_url,
  })
})

test('the reader of the local database does not stand beside another database', async (t) => {
  const BRIDGE_DATA_DIR = await stack(t)
  for (const own of [{ DATABASE_URL: 'postgres://own' }, { DATABASE_URL_FILE: '/own' }])
    assert.equal(withLocalStack({ BRIDGE_DATA_DIR, ...own }).AUDIT_READER_DATABASE_URL, undefined)
  // A stack of an older version has no reader.
  const { audit_reader_url: _, ...older } = endpoints
  const folder = await stack(t, { text: JSON.stringify(older) })
  assert.equal(withLocalStack({ BRIDGE_DATA_DIR: folder }).AUDIT_READER_DATABASE_URL, undefined)
})

test("the user's own settings win over the running local stack", async (t) => {
  const env = {
    BRIDGE_DATA_DIR: await stack(t),
    KAFKA_BROKERS: 'kafka:9092',
    SCHEMA_REGISTRY_URL: 'http://registry',
    DATABASE_URL: 'postgres://own',
  }
  assert.deepEqual(withLocalStack(env), env)
})

test('a setting of the user in a file wins, too: the local stack must not stand in for it', async (t) => {
  const BRIDGE_DATA_DIR = await stack(t)
  for (const [variable, endpoint] of [
    ['KAFKA_BROKERS', endpoints.kafka_brokers],
    ['SCHEMA_REGISTRY_URL', endpoints.schema_registry_url],
    ['DATABASE_URL', endpoints.database_url],
  ] as const) {
    const env = { BRIDGE_DATA_DIR, [`${variable}_FILE`]: '/run/secrets/own' }
    assert.equal(withLocalStack(env)[variable], undefined, variable)
    assert.equal(withLocalStack({ ...env, [`${variable}_FILE`]: '' })[variable], endpoint, variable)
  }
})

test('setup migrates the database that DATABASE_URL_FILE names while a local stack is running', async (t) => {
  const BRIDGE_DATA_DIR = await stack(t)
  const file = join(BRIDGE_DATA_DIR, 'own-database')
  writeFileSync(file, 'postgres://owner@production/bridge\n')
  const env = withLocalStack({ BRIDGE_DATA_DIR, DATABASE_URL_FILE: file })
  const { DATABASE_URL } = readVariables(databaseVariablesOf(consumers), env)
  assert.equal(DATABASE_URL, 'postgres://owner@production/bridge')
  for (const { url, variable } of databaseUsersOf(consumers, env)) assert.equal(url, DATABASE_URL, variable)
})

test('the local stack supplies no variable that the user has set, in either form', async (t) => {
  const BRIDGE_DATA_DIR = await stack(t)
  const supplied = Object.keys(withLocalToken(withLocalStack({ BRIDGE_DATA_DIR }))).filter(
    (variable) => variable !== 'BRIDGE_DATA_DIR',
  )
  assert.deepEqual(supplied.sort(), [
    'AUDIT_READER_DATABASE_URL',
    'DATABASE_URL',
    'INGRESS_SECRET_TOKENS',
    'KAFKA_BROKERS',
    'SCHEMA_REGISTRY_URL',
  ])
  for (const variable of supplied)
    for (const own of [{ [variable]: 'own' }, { [`${variable}_FILE`]: '/own' }]) {
      const env = withLocalToken(withLocalStack({ BRIDGE_DATA_DIR, ...own }))
      assert.equal(env[variable], own[variable], JSON.stringify(own))
    }
})

test('without a local stack the environment stays as it is', () => {
  const env = { BRIDGE_DATA_DIR: '/nowhere', KAFKA_BROKERS: '' }
  assert.equal(withLocalStack(env), env)
})

test('an incomplete endpoints file does not count as a local stack', async (t) => {
  assert.equal(readEndpoints({ BRIDGE_DATA_DIR: await stack(t, { text: '{"hook_url": "http' }) }), undefined)
})

test('a separate ingress does not get the secret token of the local stack', async (t) => {
  assert.equal(withLocalStack({ BRIDGE_DATA_DIR: await stack(t) }).INGRESS_SECRET_TOKENS, undefined)
})

test('the endpoints file of a killed stack does not count', async (t) => {
  const env = { BRIDGE_DATA_DIR: await stack(t, { isRunning: false }) }
  assert.equal(withLocalStack(env), env)
})

test('bridge config shows the token of the local stack only if the user has set none', async (t) => {
  const BRIDGE_DATA_DIR = await stack(t)
  assert.equal(withLocalToken({ BRIDGE_DATA_DIR }).INGRESS_SECRET_TOKENS, 'local-token')
  for (const own of [
    { INGRESS_SECRET_TOKENS: 'x' },
    { INGRESS_SIGNING_TOKENS_FILE: '/x' },
    { BRIDGE_DATA_DIR: '/nowhere' },
  ]) {
    const env = { BRIDGE_DATA_DIR, ...own }
    assert.equal(withLocalToken(env), env)
  }
})
