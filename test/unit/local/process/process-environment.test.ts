import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processEnvironments } from '../../../../local/process/process-environment.ts'

const secrets = { ingressToken: 'token', databaseRoles: 'a secret of which the passwords are made' }
const urls = {
  kafkaBrokers: '127.0.0.1:1',
  schemaRegistryUrl: 'http://127.0.0.1:2/apis/ccompat/v7',
  databaseUrl: 'postgres://owner:o@127.0.0.1:3/gitlab_bridge',
}
const databaseRoles = ['audit-log', 'project-directory']
const environmentsOf = (env: Record<string, string>) =>
  processEnvironments({ env, dataDir: '/data', urls, secrets, databaseRoles })
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

test('only setup gets the owner of the database; each worker gets a narrower role of its own', () => {
  const { setup, ingress, worker } = environmentsOf({ DATABASE_URL: urls.databaseUrl })
  assert.equal(setup.DATABASE_URL, urls.databaseUrl)
  const roleOf = (url = '') => {
    const { username, password, host, pathname } = new URL(url)
    assert.ok(password.length >= 32 && password !== 'o')
    return { username, password, place: host + pathname }
  }
  const audit = roleOf(worker('audit-log', 1).AUDIT_LOG_DATABASE_URL)
  const directory = roleOf(worker('project-directory', 1).PROJECT_DIRECTORY_DATABASE_URL)
  assert.deepEqual([audit.username, audit.place], ['audit_log', '127.0.0.1:3/gitlab_bridge'])
  assert.equal(directory.username, 'project_directory')
  assert.notEqual(audit.password, directory.password)
  assert.deepEqual(roleOf(setup.AUDIT_LOG_DATABASE_URL), audit)
  assert.deepEqual(roleOf(setup.PROJECT_DIRECTORY_DATABASE_URL), directory)
  for (const env of [ingress(ports), worker('audit-log', 1), worker('push-author-log', 1)])
    assert.equal(env.DATABASE_URL, undefined)
  assert.equal(worker('push-author-log', 1).AUDIT_LOG_DATABASE_URL, undefined)
  assert.equal(worker('project-directory', 1).AUDIT_LOG_DATABASE_URL, undefined)
})

test('the role of readers of the audit log reaches setup alone', () => {
  const env = { AUDIT_READER_DATABASE_URL: 'postgres://own@db/x' }
  const own = processEnvironments({ env, dataDir: '/data', urls, secrets, databaseRoles: ['audit-reader'] })
  assert.equal(own.setup.AUDIT_READER_DATABASE_URL, env.AUDIT_READER_DATABASE_URL)
  for (const each of [own.ingress(ports), own.worker('audit-log', 1)])
    assert.equal(each.AUDIT_READER_DATABASE_URL, undefined)
})

test('the password of a generated role is the same at every start', () => {
  const url = () => environmentsOf({}).worker('audit-log', 1).AUDIT_LOG_DATABASE_URL
  assert.equal(url(), url())
})

test("a role of the user is kept, and reaches only setup and the role's worker", () => {
  for (const [name, value] of [
    ['AUDIT_LOG_DATABASE_URL', 'postgres://own@db/x'],
    ['AUDIT_LOG_DATABASE_URL_FILE', '/run/secrets/own'],
  ] as const) {
    const { setup, ingress, worker } = environmentsOf({ [name]: value })
    assert.deepEqual([setup[name], worker('audit-log', 1)[name]], [value, value])
    for (const env of [ingress(ports), worker('push-author-log', 1)]) assert.equal(env[name], undefined)
  }
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
