import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportDeadLetters, exportLag } from '../../../../cli/lag-exporter/lag-metrics.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'

test('the age of the lag measurement can be scraped', async () => {
  const metrics = createMetrics()
  exportLag(metrics, ['group'], { latest: async () => [], ageMs: () => 7000 })
  assert.equal(await seriesValue(metrics, 'lag_measurement_age_seconds'), 7)
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
