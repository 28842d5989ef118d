import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Kafka } from 'kafkajs'
import { createIngressMetrics } from '../../../../ingress/metrics.ts'
import { startCanary } from '../../../../ingress/publish/canary.ts'
import type { Publisher } from '../../../../ingress/publish/publisher.ts'
import { RetriableError } from '../../../../lib/errors.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'

// Reading a record back needs a real broker: see test/e2e/ingress/faults.test.ts.
const startedCanary = (t: TestContext, publisher: () => Publisher | undefined) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_780_000_000_000 })
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const canary = startCanary({
    kafka: {} as Kafka,
    topic: 'gitlab-bridge.canary',
    publisher,
    metrics: createIngressMetrics(metrics),
    logger,
    intervalMs: 15_000,
    now: Date.now,
  })
  t.after(() => canary.stop())
  const pass = async (ms: number) => {
    t.mock.timers.tick(ms)
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
  }
  return {
    canary,
    lines,
    pass,
    readBack: () => seriesValue(metrics, 'ingress_canary_read_back_timestamp_seconds'),
  }
}
const publisherThat = (publish: Publisher['publish']) => ({ publish }) as unknown as Publisher

test('without a connection to Kafka no canary record is published', async (t) => {
  const { canary, lines, pass } = startedCanary(t, () => undefined)
  await pass(60_000)
  assert.deepEqual([canary.lastReadBack(), lines], [null, []])
})

test('a canary that is not acknowledged is logged, and the next one is still sent', async (t) => {
  const topics: string[] = []
  const away = publisherThat(async ({ topic }) => {
    topics.push(topic)
    throw new RetriableError('no acknowledgement within 5 s')
  })
  const { canary, lines, pass, readBack } = startedCanary(t, () => away)
  await pass(0)
  const since = canary.lastReadBack()
  for (let round = 0; round < 4; round++) await pass(15_000)
  assert.deepEqual(topics, Array(5).fill('gitlab-bridge.canary'))
  assert.deepEqual(
    lines.map(({ level }) => level),
    Array(5).fill('warn'),
  )
  assert.deepEqual(
    [canary.lastReadBack(), since, await readBack()],
    [1_780_000_000_000, 1_780_000_000_000, 0],
  )
})

test('only one canary is in flight at a time, and none is sent after the stop', async (t) => {
  let sent = 0
  const stuck = publisherThat(() => {
    sent += 1
    return new Promise(() => {})
  })
  const { canary, pass } = startedCanary(t, () => stuck)
  await pass(60_000)
  assert.equal(sent, 1)
  canary.stop()
  await pass(60_000)
  assert.equal(sent, 1)
})
