import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalBlock, type Summary } from '../../../local/final-block.ts'

const summary: Summary = {
  endpoints: {
    hook_url: 'http://127.0.0.1:8080/hooks',
    secret_token: 'a-secret',
    kafka_brokers: '127.0.0.1:9092',
    schema_registry_url: 'http://127.0.0.1:8081/apis/ccompat/v7',
    database_url: 'postgres://owner:password@127.0.0.1:5433/gitlab_bridge',
    metrics: {
      ingress: 'http://127.0.0.1:9464/metrics',
      'audit-log': 'http://127.0.0.1:9465/metrics',
      'lag-exporter': 'http://127.0.0.1:9474/metrics',
    },
    feed_url: null,
    directory_url: null,
  },
  samplePath: 'test/fixtures/push.json',
  topics: ['gitlab.push', 'gitlab.tag_push'],
  running: ['audit-log'],
  incomplete: [{ name: 'ldap-sync', faults: [{ variable: 'LDAP_SYNC_URL', problem: 'is not set' }] }],
  dataDir: '/clone/.bridge',
  given: { token: false, database: false },
  isReachableFromOutside: false,
}

test('the block contains everything that is needed to send a hook and to follow it', () => {
  const block = finalBlock(summary)
  const { endpoints, topics, running, dataDir } = summary
  const printed = [
    ...Object.values(endpoints.metrics),
    ...topics,
    ...running,
    dataDir,
    endpoints.hook_url,
    endpoints.kafka_brokers,
  ]
  for (const text of [...printed, endpoints.schema_registry_url, endpoints.database_url])
    assert.ok(block.includes(text), text)
})

test('the curl command can be pasted unchanged', () => {
  const expected = [
    '  curl http://127.0.0.1:8080/hooks \\',
    "    -H 'X-Gitlab-Event: Push Hook' \\",
    "    -H 'X-Gitlab-Token: a-secret' \\",
    "    -H 'Content-Type: application/json' \\",
    '    --data-binary @test/fixtures/push.json',
  ]
  assert.ok(finalBlock(summary).includes(expected.join('\n')))
})

test('a token or a password that the user has set is not printed', () => {
  const block = finalBlock({ ...summary, given: { token: true, database: true } })
  assert.doesNotMatch(block, /a-secret|owner:password/)
  assert.match(block, /Secret token +as you have set it \(INGRESS_SECRET_TOKENS\)/)
  assert.match(block, /X-Gitlab-Token: YOUR_TOKEN/)
  assert.match(block, /Database +postgres:\/\/owner:\*\*\*@127\.0\.0\.1/)
})

test('arguments that a shell would change are quoted', () => {
  const block = finalBlock({ ...summary, samplePath: "../it's here/push.json" })
  assert.ok(block.includes(`--data-binary '@../it'\\''s here/push.json'`))
})

test('a worker with incomplete settings is listed with the missing variables', () => {
  assert.match(finalBlock(summary), /Not running +ldap-sync: LDAP_SYNC_URL is not set/)
})

test("GitLab's setting for local addresses is named only if other machines can reach the port", () => {
  assert.match(
    finalBlock({ ...summary, isReachableFromOutside: true }),
    /Allow requests to the local network from webhooks and integrations/,
  )
  assert.doesNotMatch(finalBlock(summary), /local network/)
})

test('without a secret token, no curl command is printed, because a signature cannot be pasted', () => {
  const block = finalBlock({ ...summary, endpoints: { ...summary.endpoints, secret_token: null } })
  assert.doesNotMatch(block, /curl/)
})
