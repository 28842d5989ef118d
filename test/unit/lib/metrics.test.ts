import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConsumerMetrics } from '../../../consumers/runtime/metrics.ts'
import { createIngressMetrics } from '../../../ingress/metrics.ts'
import { createMetrics } from '../../../lib/metrics.ts'
import { seriesValue } from '../../helpers/process/series-value.ts'

test('every combination of labels exists from the start, at 0', async () => {
  const metrics = createMetrics()
  metrics.counter('calls_total', 'Calls.', { event: ['push', 'job'], outcome: ['ok', 'failed'] })
  metrics.gauge('waiting', 'Waiting.', { place: ['a', 'b'] })
  metrics.histogram('seconds', 'Seconds.', [1, 2], { place: ['a'] })
  for (const event of ['push', 'job'])
    for (const outcome of ['ok', 'failed'])
      assert.equal(await seriesValue(metrics, 'calls_total', { event, outcome }), 0)
  for (const place of ['a', 'b']) assert.equal(await seriesValue(metrics, 'waiting', { place }), 0)
  assert.equal(await seriesValue(metrics, 'seconds_count', { place: 'a' }), 0)
  assert.equal(await seriesValue(metrics, 'calls_total', { event: 'telepathy' }), undefined)
})

test('a metric without labels exists at 0 too', async () => {
  const metrics = createMetrics()
  metrics.counter('calls_total', 'Calls.')
  metrics.gauge('waiting', 'Waiting.')
  assert.deepEqual([await seriesValue(metrics, 'calls_total'), await seriesValue(metrics, 'waiting')], [0, 0])
})

test('two processes in one test do not share metrics', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.counter('calls_total', 'Calls.').inc()
  other.counter('calls_total', 'Calls.')
  assert.equal(await seriesValue(other, 'calls_total'), 0)
})

test('every metric of the bridge has our prefix, a help text that is a sentence, and total at the end of counters alone', async () => {
  const metrics = createMetrics()
  createIngressMetrics(metrics)
  createConsumerMetrics(metrics, ['push'])
  const own = (await metrics.registry.getMetricsAsJSON()).filter(({ name }) =>
    /^gitlab_bridge_(ingress|consumer)/.test(name),
  )
  assert.ok(own.length > 15)
  for (const { name, help, type } of own) {
    assert.match(help, /\.$/, name)
    assert.equal(name.endsWith('_total'), String(type) === 'counter', name)
  }
  for (const { name } of await metrics.registry.getMetricsAsJSON()) assert.match(name, /^gitlab_bridge_/)
})
