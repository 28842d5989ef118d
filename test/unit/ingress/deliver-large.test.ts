import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDeliver, type Deliver, type Delivered } from '../../../ingress/deliver.ts'
import { createIngressMetrics } from '../../../ingress/metrics.ts'
import { createChunkOversized } from '../../../ingress/record/chunk-oversized.ts'
import type { PrepareLargeOptions } from '../../../ingress/record/large/prepare-large.ts'
import type { Prepared } from '../../../ingress/record/prepare.ts'
import { TopicUnavailableError } from '../../../ingress/record/topic-unavailable-error.ts'
import { RetriableError } from '../../../lib/errors.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { seriesValue } from '../../helpers/process/series-value.ts'
import { encode, hookOf } from '../../helpers/records/deliver.ts'
import { settle } from '../../helpers/records/ordered-ingress.ts'
import { publishing } from '../../helpers/records/publishing.ts'

const large = hookOf(Buffer.alloc(300_000, ' '), {}, { id: 'large' })
const smallPush = (id: string) =>
  hookOf({ object_kind: 'push', project_id: 1, before: 'a', after: 'b', ref: 'c' }, {}, { id })

const preparedPush: Prepared = {
  event: 'push',
  name: 'push',
  faults: [],
  chunks: [],
  message: { topic: 'gitlab.push', key: 'large', value: Buffer.alloc(9), headers: {}, timestamp: '0' },
}

/** A real publisher, and large bodies whose preparation the test itself ends. */
const delivering = async (waitedFor: readonly string[] = [], isLargeReady = () => true) => {
  const metrics = createMetrics()
  const { publisher, sent, lines } = await publishing()
  const jobs: (PrepareLargeOptions & { resolve(prepared: Prepared): void; reject(error: Error): void })[] = []
  const deliverAny = createDeliver({
    encode,
    chunkOversized: createChunkOversized(() => 1e6, 'gitlab.raw-chunks'),
    prepareLarge: (_hook, options) => {
      const { promise, resolve, reject } = Promise.withResolvers<Prepared>()
      jobs.push({ ...options, resolve, reject })
      return promise
    },
    isLargeReady,
    publisher,
    hasWaitingHooks: (topic) => waitedFor.includes(topic),
    metrics: createIngressMetrics(metrics),
    logger: { warn: () => undefined } as never,
  })
  const results = new Map<string, Delivered>()
  const deliver = (hook = large, options: Partial<Parameters<Deliver>[1]> = {}) =>
    deliverAny(hook, { ...options, onSettled: (delivered) => void results.set(hook.id, delivered) })
  return { deliver, jobs, results, sent, metrics, lines }
}
const errorOf = (delivered: Delivered | undefined) =>
  delivered !== undefined && 'error' in delivered ? delivered.error : undefined

test('later hooks wait for a large one and are sent behind it', async () => {
  const { deliver, jobs, results, sent } = await delivering()
  const delivery = deliver()
  deliver(smallPush('later'))
  await settle()
  assert.deepEqual([sent, delivery.topic], [[], undefined])
  jobs[0]?.onKey('gitlab.push', 'large')
  jobs[0]?.resolve(preparedPush)
  await settle()
  assert.deepEqual([sent.flat(), delivery.topic], [['large', '1'], 'gitlab.push'])
  assert.partialDeepStrictEqual(results.get('large'), { kept: { kind: 'published', topic: 'gitlab.push' } })
})

test('a large hook whose key is late loses its place, and this is counted', async () => {
  const { deliver, jobs, results, sent, metrics } = await delivering()
  deliver()
  deliver(smallPush('later'))
  await eventually(() => assert.deepEqual(sent, [['1']]))
  assert.equal(await seriesValue(metrics, 'ingress_places_lost_total'), 1)
  jobs[0]?.resolve(preparedPush)
  await settle()
  assert.deepEqual(sent, [['1'], ['large']])
  assert.ok(results.has('large'))
})

test('a large hook keeps its place while the process that prepares it is being started', async () => {
  const { deliver, jobs, sent, metrics } = await delivering([], () => false)
  deliver()
  deliver(smallPush('later'))
  await sleep(600)
  assert.deepEqual(sent, [])
  jobs[0]?.resolve(preparedPush)
  await settle()
  assert.deepEqual(sent.flat(), ['large', '1'])
  assert.equal(await seriesValue(metrics, 'ingress_places_lost_total'), 0)
})

test('a large hook of the common spool keeps its place longer, since no sender waits', async () => {
  const { deliver, jobs, sent } = await delivering()
  deliver(large, { isSpooled: true })
  deliver(smallPush('later'), { isSpooled: true })
  await sleep(600)
  assert.deepEqual(sent, [])
  jobs[0]?.resolve(preparedPush)
  await settle()
  assert.deepEqual(sent.flat(), ['large', '1'])
})

test('a large hook that cannot be prepared fails, and those behind it are sent', async () => {
  const { deliver, jobs, results, sent } = await delivering()
  deliver()
  deliver(smallPush('later'))
  jobs[0]?.reject(new RetriableError('the child cannot be started'))
  await settle()
  assert.ok(errorOf(results.get('large')) instanceof RetriableError)
  assert.deepEqual(sent, [['1']])
})

test('a large hook that was withdrawn is settled once, and its body is not wanted any more', async () => {
  const { deliver, jobs, results, sent } = await delivering()
  const { withdraw } = deliver()
  assert.ok(jobs[0]?.isWanted())
  withdraw(new RetriableError('the time is up'))
  assert.match(String(errorOf(results.get('large'))), /the time is up/)
  assert.ok(!jobs[0]?.isWanted())
  jobs[0]?.resolve(preparedPush)
  await settle()
  assert.deepEqual(sent, [])
})

test('a large hook waits behind older hooks of its topic once the topic is known', async () => {
  const { deliver, jobs, results } = await delivering(['gitlab.push'])
  deliver()
  jobs[0]?.resolve(preparedPush)
  await settle()
  assert.ok(errorOf(results.get('large')) instanceof TopicUnavailableError)
  deliver(large, { waitedFor: 'gitlab.push', isSpooled: true })
  assert.deepEqual(
    jobs.map(({ isSpooled }) => isSpooled),
    [false, true],
  )
  jobs[1]?.resolve(preparedPush)
  await settle()
  assert.ok('kept' in (results.get('large') ?? {}))
})
