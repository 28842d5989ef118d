import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeliver } from '../../../ingress/deliver.ts'
import { createIngressMetrics } from '../../../ingress/metrics.ts'
import { TopicUnavailableError } from '../../../ingress/publish/topic-unavailable-error.ts'
import { createChunkOversized } from '../../../ingress/record/chunk-oversized.ts'
import type { OutgoingMessage } from '../../../ingress/record/encode.ts'
import { RetriableError } from '../../../lib/errors.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { seriesValue } from '../../helpers/process/series-value.ts'
import { encode, hookOf } from '../../helpers/records/deliver.ts'
import { fixture } from '../../helpers/records/samples.ts'

type Publish = (message: OutgoingMessage, deadlineMs: number | null) => Promise<void>

const delivering = (publish: Publish = async () => {}, maxBytes = 1e6, waitedFor: readonly string[] = []) => {
  const published: OutgoingMessage[] = []
  const deadlines: (number | null)[] = []
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const publisher = {
    publish: async (message: OutgoingMessage, deadlineMs: number | null) => {
      deadlines.push(deadlineMs)
      await publish(message, deadlineMs)
      published.push(message)
    },
  }
  const deliver = createDeliver({
    encode,
    chunkOversized: createChunkOversized(() => maxBytes, 'gitlab.raw-chunks'),
    publisher,
    hasWaitingHooks: (topic) => waitedFor.includes(topic),
    metrics: createIngressMetrics(metrics),
    logger,
  })
  return { deliver, published, deadlines, metrics, lines }
}
const push = fixture('push').body
const largePush = Buffer.from(
  JSON.stringify({ ...(JSON.parse(push.toString()) as object), padding: 'x'.repeat(40_000) }),
)

test('a hook becomes an acknowledged record on its topic, and is counted then', async () => {
  const { deliver, published, deadlines, metrics } = delivering()
  const hook = hookOf(push)
  assert.deepEqual(await deliver(hook, 4000), {
    kind: 'published',
    event: 'push',
    topic: 'gitlab.push',
    id: hook.id,
  })
  assert.deepEqual(
    published.map(({ topic, key }) => [topic, key]),
    [['gitlab.push', '15']],
  )
  assert.ok(
    deadlines.length === 1 && Number(deadlines[0]) > 3000 && Number(deadlines[0]) <= 4000,
    String(deadlines),
  )
  assert.equal(await seriesValue(metrics, 'ingress_records_total', { event: 'push' }), 1)
})

test('unknown and quarantined hooks have their own outcomes, with the name in GitLab', async () => {
  const { deliver } = delivering()
  const kinds = await Promise.all(
    ['{"object_kind":"moon_landing"}', '{"object_kind":"push"}', 'no JSON'].map(async (body) => {
      const { kind, event, topic } = await deliver(hookOf(body), null)
      return [kind, event, topic]
    }),
  )
  assert.deepEqual(kinds, [
    ['unknown', 'moon_landing', 'gitlab.unknown'],
    ['quarantined', 'push', 'gitlab.quarantine'],
    ['quarantined', 'quarantine', 'gitlab.quarantine'],
  ])
})

test('the chunks of a body are acknowledged before the record that refers to them is sent', async () => {
  const open = new Map<string, () => void>()
  const { deliver, published } = delivering(({ topic, headers }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    open.set(`${topic} ${headers['chunk-index'] ?? ''}`, resolve)
    return promise
  }, 30_000)
  const delivered = deliver(hookOf(largePush), null)
  await new Promise(setImmediate)
  assert.deepEqual([...open.keys()], ['gitlab.raw-chunks 0', 'gitlab.raw-chunks 1'])
  open.get('gitlab.raw-chunks 1')?.()
  await new Promise(setImmediate)
  assert.equal(open.size, 2)
  open.get('gitlab.raw-chunks 0')?.()
  await new Promise(setImmediate)
  open.get('gitlab.push ')?.()
  await delivered
  assert.deepEqual(
    published.map(({ topic }) => topic),
    ['gitlab.raw-chunks', 'gitlab.raw-chunks', 'gitlab.push'],
  )
})

test('a hook does not overtake those that wait for its topic, but one of these is published', async () => {
  const { deliver, published } = delivering(undefined, undefined, ['gitlab.push'])
  await assert.rejects(
    deliver(hookOf(push), 4000),
    (error) => error instanceof TopicUnavailableError && error.topic === 'gitlab.push',
  )
  await assert.rejects(deliver(hookOf(push), null, 'gitlab.job'), TopicUnavailableError)
  assert.deepEqual(published, [])
  await deliver(hookOf(push), null, 'gitlab.push')
  assert.equal(published.length, 1)
})

test('a hook whose chunks cannot be published waits for its own topic', async () => {
  const { deliver } = delivering(async ({ topic }) => {
    if (topic === 'gitlab.raw-chunks') throw new TopicUnavailableError(topic, 'gone')
  }, 30_000)
  await assert.rejects(
    deliver(hookOf(largePush), null),
    (error) =>
      error instanceof TopicUnavailableError &&
      error.topic === 'gitlab.push' &&
      /raw-chunks/.test(error.message),
  )
})

test('a record is not sent if a chunk of its body is not acknowledged', async () => {
  const { deliver, published, metrics } = delivering(async ({ topic }) => {
    if (topic === 'gitlab.raw-chunks') throw new RetriableError('away')
  }, 30_000)
  await assert.rejects(deliver(hookOf(largePush), null), RetriableError)
  assert.deepEqual(published, [])
  assert.equal(await seriesValue(metrics, 'ingress_records_total', { event: 'push' }), 0)
})

test('the deadline is that of the hook: the time that the chunks took is taken from the record', async () => {
  const { deliver, deadlines } = delivering(async ({ topic }) => {
    if (topic === 'gitlab.raw-chunks') await new Promise((resolve) => setTimeout(resolve, 60))
  }, 30_000)
  await deliver(hookOf(largePush), 4000)
  const [first, second, last] = deadlines.map(Number)
  assert.equal(first, second)
  assert.ok(first !== undefined && first < 4000, `${first}: the stages before the brokers take time, too`)
  assert.ok(last !== undefined && last <= first - 55 && last >= 0, String(last))
})

test('fields of an unknown form are counted and named in the log, and the hook is published', async () => {
  const { deliver, metrics, lines } = delivering()
  const body = { ...(JSON.parse(push.toString()) as object), total_commits_count: 'many' }
  assert.equal((await deliver(hookOf(body), null)).kind, 'published')
  assert.equal(await seriesValue(metrics, 'ingress_coercion_faults_total', { event: 'push' }), 1)
  assert.match(JSON.stringify(lines), /total_commits_count/)
})
