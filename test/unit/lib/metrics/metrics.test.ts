import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetricCatalogue } from '../../../../lib/metrics/declaration.ts'
import { createMetrics, createMetricsFrom } from '../../../../lib/metrics/metrics.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'

const declaration = { help: 'Only a test exports this.', unit: 'requests', processes: ['ingress'] } as const

const catalogue = {
  calls_total: {
    ...declaration,
    type: 'counter',
    labels: { event: 'events', outcome: ['ok', 'failed'] },
  },
  failures_total: { ...declaration, type: 'counter' },
  waiting: { ...declaration, type: 'gauge', labels: { place: ['a', 'b'] } },
  open: { ...declaration, type: 'gauge' },
  seconds: { ...declaration, type: 'histogram', buckets: [1, 2], labels: { place: ['a'] } },
} as const satisfies MetricCatalogue

test('every combination of labels exists from the start, at 0', async () => {
  const metrics = createMetricsFrom(catalogue)
  metrics.counter('calls_total', { events: ['push', 'job'] })
  metrics.gauge('waiting')
  metrics.histogram('seconds')
  for (const event of ['push', 'job'])
    for (const outcome of ['ok', 'failed'])
      assert.equal(await seriesValue(metrics, 'calls_total', { event, outcome }), 0)
  for (const place of ['a', 'b']) assert.equal(await seriesValue(metrics, 'waiting', { place }), 0)
  assert.equal(await seriesValue(metrics, 'seconds_count', { place: 'a' }), 0)
  assert.equal(await seriesValue(metrics, 'calls_total', { event: 'telepathy' }), undefined)
})

test('a metric without labels exists at 0 too', async () => {
  const metrics = createMetricsFrom(catalogue)
  metrics.counter('failures_total')
  metrics.gauge('open')
  assert.equal(await seriesValue(metrics, 'failures_total'), 0)
  assert.equal(await seriesValue(metrics, 'open'), 0)
})

test('a metric whose label values appear later has no series until one is set', async () => {
  const metrics = createMetricsFrom(catalogue)
  const events: readonly string[] = []
  const calls = metrics.counter('calls_total', { events })
  assert.equal(await seriesValue(metrics, 'calls_total'), undefined)
  calls.inc({ event: 'push', outcome: 'ok' })
  assert.equal(await seriesValue(metrics, 'calls_total', { event: 'push', outcome: 'ok' }), 1)
})

test('a gauge that is collected is set anew before each scrape', async () => {
  const metrics = createMetricsFrom(catalogue)
  let scrapes = 0
  metrics.gauge('open', {}, async (gauge) => gauge.set(++scrapes))
  assert.equal(await seriesValue(metrics, 'open'), 1)
  assert.equal(await seriesValue(metrics, 'open'), 2)
})

test('two processes in one test do not share metrics', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.counter('ingress_received_total').inc()
  other.counter('ingress_received_total')
  assert.equal(await seriesValue(other, 'ingress_received_total'), 0)
})
