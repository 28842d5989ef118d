import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { exportDeadLetters, exportLag } from '../../../../cli/lag-exporter/lag-metrics.ts'
import { createAuditLogMetrics } from '../../../../consumers/audit-log/sign/metrics.ts'
import { createDeliveryMetrics } from '../../../../consumers/delivery/send/metrics.ts'
import { createFeedMetrics } from '../../../../consumers/event-feed/metrics.ts'
import { createGitlabApiMetrics } from '../../../../consumers/gitlab-api/metrics.ts'
import { createSyncMetrics } from '../../../../consumers/ldap-sync/sync/sync-metrics.ts'
import { createDirectoryMetrics } from '../../../../consumers/project-directory/metrics.ts'
import { createCopyMetrics } from '../../../../consumers/push-author-log/copies/metrics.ts'
import { accountForMessages } from '../../../../consumers/runtime/batch/count-passed.ts'
import { createConsumerMetrics } from '../../../../consumers/runtime/metrics.ts'
import { addIngressAccounts } from '../../../../ingress/accounting/ingress-accounts.ts'
import { createIngressMetrics } from '../../../../ingress/metrics.ts'
import { metricCatalogue, metricPrefix } from '../../../../lib/metrics/catalogue.ts'
import type { MetricDeclaration, ProcessKind } from '../../../../lib/metrics/declaration.ts'
import { createMetrics, type Metrics } from '../../../../lib/metrics/metrics.ts'

const declarations: [name: string, MetricDeclaration][] = Object.entries(metricCatalogue)

/** The sizes of an outbox are read from the database, which nothing connects to here. */
const unreachableOutbox = { pool: new pg.Pool({ host: '127.0.0.1', port: 1 }), schema: 'chat_notifier' }

const create: Record<ProcessKind, (metrics: Metrics) => void> = {
  ingress: (metrics) => {
    createIngressMetrics(metrics)
    const spool = () => ({ appended: 0, published: 0, unaccounted: 0 })
    addIngressAccounts({ metrics, inNoLog: () => 0, spool })
  },
  worker: (metrics) => {
    createConsumerMetrics(metrics, ['push'])
    accountForMessages(metrics)
    createGitlabApiMetrics(metrics, [])
    createAuditLogMetrics(metrics)
    createDirectoryMetrics(metrics)
    createFeedMetrics(metrics)
    createCopyMetrics(metrics)
    createSyncMetrics(metrics)
    createDeliveryMetrics(metrics, unreachableOutbox, [])
  },
  'lag-exporter': (metrics) => {
    exportLag(metrics, [], { latest: async () => ({ lags: [], unused: [] }), ageMs: () => 0 })
    exportDeadLetters(metrics, [], () => [])
  },
}

for (const [process, createMetricsOf] of Object.entries(create)) {
  test(`${process} exports the metrics that the catalogue names for it, and no others of ours`, async () => {
    const metrics = createMetrics()
    createMetricsOf(metrics)
    const isNodeMetric = /^gitlab_bridge_(process|nodejs)_/
    const exported = (await metrics.registry.getMetricsAsJSON())
      .filter(({ name }) => !isNodeMetric.test(name))
      .map(({ name, help, type }) => ({ name, help, type: String(type) }))
    const declared = declarations
      .filter(([, { processes }]) => processes.some((each) => each === process))
      .map(([name, { help, type }]) => ({ name: metricPrefix + name, help, type: String(type) }))
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
    assert.deepEqual(exported.sort(byName), declared.sort(byName))
  })
}

test('every metric has our prefix and a sentence as help; only counters end in _total', async () => {
  assert.ok(declarations.length > 35)
  for (const [name, { help, type }] of declarations) {
    assert.match(help, /^[A-Z0-9].*\.$/, name)
    assert.equal(name.endsWith('_total'), type === 'counter', name)
  }
  for (const { name } of await createMetrics().registry.getMetricsAsJSON())
    assert.match(name, /^gitlab_bridge_/)
})

test('a metric that measures seconds, a time or bytes says so in its name', () => {
  const suffixes: Partial<Record<MetricDeclaration['unit'], string>> = {
    seconds: '_seconds',
    timestamp: '_timestamp_seconds',
    bytes: '_bytes',
  }
  for (const [name, { unit }] of declarations) assert.ok(name.endsWith(suffixes[unit] ?? ''), name)
})

test('no label names a project, a user or a path: their number has no bound', () => {
  for (const [name, { labels }] of declarations)
    assert.doesNotMatch(Object.keys(labels ?? {}).join(), /project|user|path/, name)
})

test('the help texts say when a duration starts and when the canary is published', () => {
  const { ingress_duration_seconds, ingress_canary_read_back_timestamp_seconds } = metricCatalogue
  assert.match(ingress_duration_seconds.help, /the headers of a hook have been read/)
  // The canary is published whether hooks arrive or not.
  assert.doesNotMatch(ingress_canary_read_back_timestamp_seconds.help, /idle/)
})
