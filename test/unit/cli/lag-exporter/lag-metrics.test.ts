import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportDeadLetters, exportLag } from '../../../../cli/lag-exporter/lag-metrics.ts'
import type { Measurement } from '../../../../cli/lag-meter/lag-meter.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'

test('the age of the lag measurement can be scraped', async () => {
  const metrics = createMetrics()
  exportLag(metrics, ['group'], { latest: async () => ({ lags: [], unused: [] }), ageMs: () => 7000 })
  assert.equal(await seriesValue(metrics, 'lag_measurement_age_seconds'), 7)
})

test('a group that is not used has no lag and no verdict, also if it was used before', async () => {
  const metrics = createMetrics()
  const lag = { group: 'group', topic: 'push', records: 7, oldest: Date.now(), verdict: 'stopped' } as const
  let measurement: Measurement = { lags: [lag], unused: [] }
  exportLag(metrics, ['group'], { latest: async () => measurement, ageMs: () => 0 })
  const values = async () => [
    await seriesValue(metrics, 'consumer_used', { group: 'group' }),
    await seriesValue(metrics, 'consumer_lag_records', { group: 'group', topic: 'push' }),
    await seriesValue(metrics, 'consumer_lag_verdict', { group: 'group', verdict: 'stopped' }),
  ]
  assert.deepEqual(await values(), [1, 7, 1])
  measurement = { lags: [], unused: [{ group: 'group', topics: ['push'] }] }
  assert.deepEqual(await values(), [0, undefined, 0])
})

test('dead letters have no series while their topic has not been read', async () => {
  const metrics = createMetrics()
  let open: readonly number[] | undefined
  exportDeadLetters(metrics, ['worker'], () => open)
  const values = async () => [
    await seriesValue(metrics, 'dead_letters', { consumer: 'worker' }),
    await seriesValue(metrics, 'dead_letter_oldest_age_seconds', { consumer: 'worker' }),
  ]
  assert.deepEqual(await values(), [undefined, undefined])
  open = []
  assert.deepEqual(await values(), [0, 0])
  open = [Date.now() - 5000, Date.now() - 90_000, Date.now()]
  const [count, age = 0] = await values()
  assert.equal(count, 3)
  assert.ok(age >= 90 && age < 150, String(age))
  open = undefined
  assert.deepEqual(await values(), [undefined, undefined])
})
