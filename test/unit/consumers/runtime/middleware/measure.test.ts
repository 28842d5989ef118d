import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConsumerMetrics } from '../../../../../consumers/runtime/metrics.ts'
import type { Handle } from '../../../../../consumers/runtime/middleware/chain.ts'
import { measure } from '../../../../../consumers/runtime/middleware/measure.ts'
import { createMetrics } from '../../../../../lib/metrics/metrics.ts'
import type { EventType } from '../../../../../schemas/catalogue.ts'
import { seriesValue } from '../../../../helpers/process/series-value.ts'
import { message, runContext } from '../../../../helpers/records/run-context.ts'

const measured = (handle: Handle) => {
  const metrics = createMetrics()
  const eventOf = ({ topic }: { topic: string }) => topic.replace('gitlab.', '') as EventType
  return { metrics, handle: measure(createConsumerMetrics(metrics, ['push', 'tag_push']), eventOf)(handle) }
}
const [push, tag] = [message(), message({ topic: 'gitlab.tag_push' })]

test('every message is counted by its event and its outcome', async () => {
  const { metrics, handle } = measured(async () => ['processed', 'dead_lettered', 'processed'])
  assert.deepEqual(await handle([push, tag, push], runContext().context), [
    'processed',
    'dead_lettered',
    'processed',
  ])
  const handled = (event: string, outcome: string) =>
    seriesValue(metrics, 'consumer_handled_total', { event, outcome })
  assert.deepEqual(
    await Promise.all([
      handled('push', 'processed'),
      handled('tag_push', 'dead_lettered'),
      handled('tag_push', 'processed'),
    ]),
    [2, 1, 0],
  )
})

test('a call with several messages is timed once, and its time is the last progress', async () => {
  const { metrics, handle } = measured(async () => ['processed', 'processed'])
  await handle([push, push], runContext().context)
  assert.equal(await seriesValue(metrics, 'consumer_handle_duration_seconds_count'), 1)
  assert.ok(((await seriesValue(metrics, 'consumer_last_progress_timestamp_seconds')) ?? 0) > 0)
})

test('a failed call is neither counted nor progress', async () => {
  const { metrics, handle } = measured(() => Promise.reject(new Error('down')))
  await assert.rejects(handle([push], runContext().context), /down/)
  assert.equal(
    await seriesValue(metrics, 'consumer_handled_total', { event: 'push', outcome: 'processed' }),
    0,
  )
  assert.equal(await seriesValue(metrics, 'consumer_last_progress_timestamp_seconds'), 0)
})
