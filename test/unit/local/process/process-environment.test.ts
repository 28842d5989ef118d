import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processEnvironments } from '../../../../local/process/process-environment.ts'

const secrets = { ingressToken: 'token', databaseSuperuser: 's', databaseOwner: 'o', auditLogRole: 'narrow' }
const urls = {
  kafkaBrokers: '127.0.0.1:1',
  schemaRegistryUrl: 'http://127.0.0.1:2/apis/ccompat/v7',
  databaseUrl: 'postgres://owner:o@127.0.0.1:3/gitlab_bridge',
}
const environmentsOf = (env: Record<string, string>) => processEnvironments(env, '/data', urls, secrets)
const ports = { hook: 8080, metrics: 9464 }

test('every process gets the addresses of the servers', () => {
  const { setup, ingress, worker } = environmentsOf({ PATH: '/bin' })
  for (const env of [setup, ingress(ports), worker('audit-log', 9465)]) {
    assert.equal(env.KAFKA_BROKERS, urls.kafkaBrokers)
    assert.equal(env.SCHEMA_REGISTRY_URL, urls.schemaRegistryUrl)
    assert.equal(env.BRIDGE_DATA_DIR, '/data')
    assert.equal(env.KAFKA_REPLICATION_FACTOR, '1')
    assert.equal(env.PATH, '/bin')
  }
})

test('only setup gets the owner of the database; the audit log gets a narrower role', () => {
  const { setup, ingress, worker } = environmentsOf({ DATABASE_URL: urls.databaseUrl })
  assert.equal(setup.DATABASE_URL, urls.databaseUrl)
  const narrow = 'postgres://audit_log:narrow@127.0.0.1:3/gitlab_bridge'
  assert.equal(setup.AUDIT_LOG_DATABASE_URL, narrow)
  assert.equal(worker('audit-log', 1).AUDIT_LOG_DATABASE_URL, narrow)
  for (const env of [ingress(ports), worker('audit-log', 1), worker('push-author-log', 1)])
    assert.equal(env.DATABASE_URL, undefined)
  assert.equal(worker('push-author-log', 1).AUDIT_LOG_DATABASE_URL, undefined)
})

test('the generated token is used only if the user has configured none', () => {
  assert.equal(environmentsOf({}).ingress(ports).INGRESS_SECRET_TOKENS, 'token')
  for (const name of [
    'INGRESS_SECRET_TOKENS',
    'INGRESS_SECRET_TOKENS_FILE',
    'INGRESS_SIGNING_TOKENS',
    'INGRESS_SIGNING_TOKENS_FILE',
  ]) {
    const { ingress, worker } = environmentsOf({ [name]: 'own' })
    assert.equal(ingress(ports)[name], 'own')
    if (name !== 'INGRESS_SECRET_TOKENS') assert.equal(ingress(ports).INGRESS_SECRET_TOKENS, undefined)
    assert.equal(worker('audit-log', 1)[name], undefined)
  }
})

test('the variables of the user are kept, except for the ports, which are chosen', () => {
  const env = environmentsOf({
    LOG_FORMAT: 'json',
    METRICS_HOST: '0.0.0.0',
    METRICS_PORT: '0',
    INGRESS_HOST: '0.0.0.0',
    INGRESS_PORT: '0',
  }).ingress(ports)
  assert.deepEqual([env.LOG_FORMAT, env.METRICS_HOST, env.INGRESS_HOST], ['json', '0.0.0.0', '0.0.0.0'])
  assert.deepEqual([env.METRICS_PORT, env.INGRESS_PORT], ['9464', '8080'])
})

test('a worker has a short session for quick restarts, unless the user sets another one', () => {
  assert.equal(environmentsOf({}).worker('audit-log', 1).CONSUMER_SESSION_SECONDS, '10')
  assert.equal(
    environmentsOf({ CONSUMER_SESSION_SECONDS: '45' }).worker('audit-log', 1).CONSUMER_SESSION_SECONDS,
    '45',
  )
})

test('compiled code is stored in the data folder, unless the user sets another folder', () => {
  assert.equal(environmentsOf({}).worker('lag-exporter', 1).NODE_COMPILE_CACHE, '/data/compile-cache')
  assert.equal(environmentsOf({ NODE_COMPILE_CACHE: '/own' }).ingress(ports).NODE_COMPILE_CACHE, '/own')
})

test("the replication factor of a user's own cluster is not changed", () => {
  assert.equal(environmentsOf({ KAFKA_BROKERS: 'theirs:9092' }).setup.KAFKA_REPLICATION_FACTOR, undefined)
})
