import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finalBlock, type Summary } from '../../../local/final-block.ts'

const summary: Summary = {
  endpoints: {
    hook_url: 'http://127.0.0.1:8080/hooks',
    secret_token: 'a-secret',
    kafka_brokers: '127.0.0.1:9092',
    kafka_is_embedded: true,
    schema_registry_url: 'http://127.0.0.1:8081/apis/ccompat/v7',
    database_url: 'postgres://owner:password@127.0.0.1:5433/gitlab_bridge',
    audit_reader_url: 'postgres://audit_reader:password-of-readers@127.0.0.1:5433/gitlab_bridge',
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
  waiting: [
    {
      name: 'chat-notifier',
      faults: [{ variable: 'CHAT_URL', problem: 'is not set' }],
      isLeftOut: false,
    },
  ],
  dataDir: '/clone/.bridge',
  given: { token: false, database: false, auditReader: false },
  isDirectoryIncomplete: true,
  generatedAuditKey: '/clone/.bridge/audit-log/signing-key',
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
  for (const text of [
    ...printed,
    endpoints.schema_registry_url,
    endpoints.database_url,
    endpoints.audit_reader_url ?? '',
  ])
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
  const block = finalBlock({ ...summary, given: { token: true, database: true, auditReader: true } })
  assert.doesNotMatch(block, /a-secret|owner:password|password-of-readers/)
  assert.match(block, /Secret token +as you have set it \(INGRESS_SECRET_TOKENS\)/)
  assert.match(block, /X-Gitlab-Token: YOUR_TOKEN/)
  assert.match(block, /Database +postgres:\/\/owner:\*\*\*@127\.0\.0\.1/)
})

test('arguments that a shell would change are quoted', () => {
  const block = finalBlock({ ...summary, samplePath: "../it's here/push.json" })
  assert.ok(block.includes(`--data-binary '@../it'\\''s here/push.json'`))
})

const waitingLines = (waiting: Summary['waiting']): string[] =>
  finalBlock({ ...summary, waiting })
    .split('\n')
    .filter((line) => line.includes(' waits for '))
    .map((line) => line.trim())

test('a worker that does not run is listed with the variables that it waits for', () => {
  const url = { variable: 'CHAT_URL', problem: 'is not set' }
  const token = { variable: 'CHAT_TOKEN', problem: 'is not set' }
  const database = {
    variable: 'AUDIT_LOG_DATABASE_URL',
    problem: 'is not set',
    alternative: 'DATABASE_URL',
  }
  const wrong = { variable: 'LDAP_SYNC_URL', problem: 'must be a URL' }
  assert.deepEqual(
    waitingLines([
      { name: 'chat-notifier', faults: [url, token], isLeftOut: false },
      { name: 'audit-log', faults: [database], isLeftOut: false },
      { name: 'ldap-sync', faults: [wrong], isLeftOut: true },
      { name: 'push-author-log', faults: [], isLeftOut: true },
    ]),
    [
      'Not running      chat-notifier waits for CHAT_URL and CHAT_TOKEN',
      'audit-log waits for AUDIT_LOG_DATABASE_URL or DATABASE_URL',
      'ldap-sync waits for LDAP_SYNC_URL (which must be a URL), and for BRIDGE_WORKERS to name it',
      'push-author-log waits for BRIDGE_WORKERS to name it',
    ],
  )
})

test('the page of the feed and the address for programs are printed where the feed runs', () => {
  const endpoints = { ...summary.endpoints, feed_url: 'http://127.0.0.1:8090' }
  const block = finalBlock({ ...summary, endpoints })
  assert.match(block, /Live events +http:\/\/127\.0\.0\.1:8090\n +http:\/\/127\.0\.0\.1:8090\/sse\/ /)
  assert.doesNotMatch(finalBlock(summary), /Live events|sse/)
})

test('where every worker runs, nothing is said to wait', () => {
  assert.doesNotMatch(finalBlock({ ...summary, waiting: [] }), /Not running|waits for/)
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

test('a generated key of the audit log is named, with what it does not protect against', () => {
  assert.match(finalBlock(summary), /a key that was generated .*\(\/clone\/.bridge\/audit-log\/signing-key\)/)
  assert.match(finalBlock(summary), /It does not protect against whoever controls this machine/)
  assert.doesNotMatch(finalBlock({ ...summary, generatedAuditKey: undefined }), /does not protect/)
})
