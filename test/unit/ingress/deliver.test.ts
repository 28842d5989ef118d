import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDeliver, type DeliverOptions } from '../../../ingress/deliver.ts'
import type { Hook } from '../../../ingress/hook.ts'
import { createIngressMetrics } from '../../../ingress/metrics.ts'
import type { PendingMessage } from '../../../ingress/publish/pending-message.ts'
import { type Place, publishWithChunks } from '../../../ingress/publish/publish-with-chunks.ts'
import { createChunkOversized } from '../../../ingress/record/chunk-oversized.ts'
import type { OutgoingMessage } from '../../../ingress/record/encode.ts'
import { TopicUnavailableError } from '../../../ingress/record/topic-unavailable-error.ts'
import { RetriableError } from '../../../lib/errors.ts'
import { createMetrics } from '../../../lib/metrics/metrics.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { seriesValue } from '../../helpers/process/series-value.ts'
import { encode, hookOf } from '../../helpers/records/deliver.ts'
import { delivered } from '../../helpers/records/fake-deliver.ts'
import { fixture } from '../../helpers/records/samples.ts'

type Publish = (message: OutgoingMessage) => Promise<void>

const delivering = (publish: Publish = async () => {}, maxBytes = 1e6, waitedFor: readonly string[] = []) => {
  const published: OutgoingMessage[] = []
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const place: Place = (message, isReserved, onSettled) => {
    const send = () =>
      publish(message).then(
        () => {
          published.push(message)
          onSettled(undefined)
        },
        (error) => onSettled(error),
      )
    if (!isReserved) void send()
    const pending = { settle: onSettled } as unknown as PendingMessage
    return { pending, release: () => void send() }
  }
  const deliver = createDeliver({
    encode,
    chunkOversized: createChunkOversized(() => maxBytes, 'gitlab.raw-chunks'),
    prepareLarge: () => assert.fail('no body here is large'),
    publisher: {
      enqueue: (outgoing, onSettled) => publishWithChunks(outgoing, place, onSettled),
      reserve: () => assert.fail('no body here is large'),
    },
    hasWaitingHooks: (topic) => waitedFor.includes(topic),
    metrics: createIngressMetrics(metrics),
    logger,
  })
  const deliverHook = (hook: Hook, options: Partial<DeliverOptions> = {}) => delivered(deliver, hook, options)
  return { deliver: deliverHook, published, metrics, lines }
}
const push = fixture('push').body
const largePush = Buffer.from(
  JSON.stringify({ ...(JSON.parse(push.toString()) as object), padding: 'x'.repeat(40_000) }),
)

test('a hook becomes an acknowledged record on its topic, and is counted then', async () => {
  const { deliver, published, metrics } = delivering()
  const hook = hookOf(push)
  assert.deepEqual(await deliver(hook), {
    kind: 'published',
    event: 'push',
    topic: 'gitlab.push',
    id: hook.id,
  })
  assert.deepEqual(
    published.map(({ topic, key }) => [topic, key]),
    [['gitlab.push', '15']],
  )
  assert.equal(await seriesValue(metrics, 'ingress_records_total', { event: 'push' }), 1)
})

test('unknown and quarantined hooks have their own outcomes, with the name in GitLab', async () => {
  const { deliver } = delivering()
  const kinds = await Promise.all(
    ['{"object_kind":"moon_landing"}', '{"object_kind":"push"}', 'no JSON'].map(async (body) => {
      const { kind, event, topic } = await deliver(hookOf(body))
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
  const isDelivered = deliver(hookOf(largePush))
  await new Promise(setImmediate)
  assert.deepEqual([...open.keys()], ['gitlab.raw-chunks 0', 'gitlab.raw-chunks 1'])
  open.get('gitlab.raw-chunks 1')?.()
  await new Promise(setImmediate)
  assert.equal(open.size, 2)
  open.get('gitlab.raw-chunks 0')?.()
  await new Promise(setImmediate)
  open.get('gitlab.push ')?.()
  await isDelivered
  assert.deepEqual(
    published.map(({ topic }) => topic),
    ['gitlab.raw-chunks', 'gitlab.raw-chunks', 'gitlab.push'],
  )
})

test('a hook does not overtake those that wait for its topic, but one of these is published', async () => {
  const { deliver, published } = delivering(undefined, undefined, ['gitlab.push'])
  await assert.rejects(
    deliver(hookOf(push)),
    (error) => error instanceof TopicUnavailableError && error.topic === 'gitlab.push',
  )
  await assert.rejects(deliver(hookOf(push), { waitedFor: 'gitlab.job' }), TopicUnavailableError)
  assert.deepEqual(published, [])
  await deliver(hookOf(push), { waitedFor: 'gitlab.push' })
  assert.equal(published.length, 1)
})

test('a hook whose chunks cannot be published waits for its own topic', async () => {
  const { deliver } = delivering(async ({ topic }) => {
    if (topic === 'gitlab.raw-chunks') throw new TopicUnavailableError(topic, 'gone')
  }, 30_000)
  await assert.rejects(
    deliver(hookOf(largePush)),
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
  await assert.rejects(deliver(hookOf(largePush)), RetriableError)
  assert.deepEqual(published, [])
  assert.equal(await seriesValue(metrics, 'ingress_records_total', { event: 'push' }), 0)
})

test('fields of an unknown form are counted and named in the log, and the hook is published', async () => {
  const { deliver, metrics, lines } = delivering()
  const body = { ...(JSON.parse(push.toString()) as object), total_commits_count: 'many' }
  assert.equal((await deliver(hookOf(body))).kind, 'published')
  assert.equal(await seriesValue(metrics, 'ingress_coercion_faults_total', { event: 'push' }), 1)
  assert.match(JSON.stringify(lines), /total_commits_count/)
})
