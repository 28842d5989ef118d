import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readEndpoints, withLocalStack, withLocalToken } from '../../../cli/environment.ts'
import { acquireLock } from '../../../lib/disk/lock.ts'

const endpoints = {
  hook_url: 'http://127.0.0.1:8080/hooks',
  secret_token: 'local-token',
  kafka_brokers: '127.0.0.1:9092',
  schema_registry_url: 'http://127.0.0.1:8081',
  database_url: 'postgres://owner@127.0.0.1/bridge',
}
/** The folder of a local stack; it runs for as long as its lock is held, here by this very process. */
const stack = async (t: TestContext, { text = JSON.stringify(endpoints), isRunning = true } = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'environment-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'endpoints.json'), text)
  if (isRunning) await acquireLock(join(folder, 'lock'))
  return folder
}

test('what is not set comes from the running local stack', async (t) => {
  const folder = await stack(t)
  assert.deepEqual(withLocalStack({ BRIDGE_DATA_DIR: folder, KAFKA_BROKERS: '', OTHER: 'x' }), {
    BRIDGE_DATA_DIR: folder,
    OTHER: 'x',
    KAFKA_BROKERS: endpoints.kafka_brokers,
    SCHEMA_REGISTRY_URL: endpoints.schema_registry_url,
    DATABASE_URL: endpoints.database_url,
  })
})

test("what is set is the user's own, and stays", async (t) => {
  const env = {
    BRIDGE_DATA_DIR: await stack(t),
    KAFKA_BROKERS: 'kafka:9092',
    SCHEMA_REGISTRY_URL: 'http://registry',
    DATABASE_URL: 'postgres://own',
  }
  assert.deepEqual(withLocalStack(env), env)
})

test('without a local stack the environment is what it is', () => {
  const env = { BRIDGE_DATA_DIR: '/nowhere', KAFKA_BROKERS: '' }
  assert.equal(withLocalStack(env), env)
})

test('half written endpoints are no local stack', async (t) => {
  assert.equal(readEndpoints({ BRIDGE_DATA_DIR: await stack(t, { text: '{"hook_url": "http' }) }), undefined)
})

test('the secret token of the local stack does not become that of an ingress of its own', async (t) => {
  assert.equal(withLocalStack({ BRIDGE_DATA_DIR: await stack(t) }).INGRESS_SECRET_TOKENS, undefined)
})

test('what a killed stack has left behind does not count', async (t) => {
  const env = { BRIDGE_DATA_DIR: await stack(t, { isRunning: false }) }
  assert.equal(withLocalStack(env), env)
})

test('to be looked at, its token is there where the user has set none', async (t) => {
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
