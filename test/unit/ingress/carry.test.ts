import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TopicUnavailableError } from '../../../ingress/available-topics.ts'
import { createCarry } from '../../../ingress/carry.ts'
import type { OutgoingMessage } from '../../../ingress/encode.ts'
import { createFit } from '../../../ingress/fit.ts'
import { createIngressMetrics } from '../../../ingress/metrics.ts'
import { RetriableError } from '../../../lib/errors.ts'
import { createMetrics } from '../../../lib/metrics.ts'
import { encode, hookOf } from '../../helpers/carry.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'
import { fixture } from '../../helpers/samples.ts'
import { seriesValue } from '../../helpers/series-value.ts'

type Publish = (message: OutgoingMessage, deadlineMs: number | null) => Promise<void>

const carrying = (publish: Publish = async () => {}, maxBytes = 1e6, waitedFor: readonly string[] = []) => {
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
  const carry = createCarry({
    fit: createFit(encode, () => maxBytes, 'gitlab.raw-chunks'),
    publisher,
    isWaitedFor: (topic) => waitedFor.includes(topic),
    metrics: createIngressMetrics(metrics),
    logger,
  })
  return { carry, published, deadlines, metrics, lines }
}
const push = fixture('push').body
const largePush = Buffer.from(JSON.stringify({ ...(JSON.parse(push.toString()) as object), padding: 'x'.repeat(40_000) }))

test('a hook becomes an acknowledged record on its topic, and is counted once it is', async () => {
  const { carry, published, deadlines, metrics } = carrying()
  const hook = hookOf(push)
  assert.deepEqual(await carry(hook, 4000), { kind: 'published', event: 'push', topic: 'gitlab.push', id: hook.id })
  assert.deepEqual(
    published.map(({ topic, key }) => [topic, key]),
    [['gitlab.push', '15']],
  )
  assert.ok(deadlines.length === 1 && Number(deadlines[0]) > 3000 && Number(deadlines[0]) <= 4000, String(deadlines))
  assert.equal(await seriesValue(metrics, 'ingress_records_total', { event: 'push' }), 1)
})

test('the outcome says what was unknown and what was quarantined, under the name GitLab gave it', async () => {
  const { carry } = carrying()
  const kinds = await Promise.all(
    ['{"object_kind":"moon_landing"}', '{"object_kind":"push"}', 'no JSON'].map(async (body) => {
      const { kind, event, topic } = await carry(hookOf(body), null)
      return [kind, event, topic]
    }),
  )
  assert.deepEqual(kinds, [
    ['unknown', 'moon_landing', 'gitlab.unknown'],
    ['quarantined', 'push', 'gitlab.quarantine'],
    ['quarantined', 'quarantine', 'gitlab.quarantine'],
  ])
})

test('the pieces of a body are acknowledged before the record that names them is sent', async () => {
  const open = new Map<string, () => void>()
  const { carry, published } = carrying(({ topic, headers }) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    open.set(`${topic} ${headers['chunk-index'] ?? ''}`, resolve)
    return promise
  }, 30_000)
  const carried = carry(hookOf(largePush), null)
  await new Promise(setImmediate)
  assert.deepEqual([...open.keys()], ['gitlab.raw-chunks 0', 'gitlab.raw-chunks 1'])
  open.get('gitlab.raw-chunks 1')?.()
  await new Promise(setImmediate)
  assert.equal(open.size, 2)
  open.get('gitlab.raw-chunks 0')?.()
  await new Promise(setImmediate)
  open.get('gitlab.push ')?.()
  await carried
  assert.deepEqual(
    published.map(({ topic }) => topic),
    ['gitlab.raw-chunks', 'gitlab.raw-chunks', 'gitlab.push'],
  )
})

test('a hook does not go past those that wait for its topic; one of them does', async () => {
  const { carry, published } = carrying(undefined, undefined, ['gitlab.push'])
  await assert.rejects(carry(hookOf(push), 4000), (error) => error instanceof TopicUnavailableError && error.topic === 'gitlab.push')
  await assert.rejects(carry(hookOf(push), null, 'gitlab.job'), TopicUnavailableError)
  assert.deepEqual(published, [])
  await carry(hookOf(push), null, 'gitlab.push')
  assert.equal(published.length, 1)
})

test('a hook whose pieces cannot go waits among those of its own topic', async () => {
  const { carry } = carrying(async ({ topic }) => {
    if (topic === 'gitlab.raw-chunks') throw new TopicUnavailableError(topic, 'gone')
  }, 30_000)
  await assert.rejects(
    carry(hookOf(largePush), null),
    (error) => error instanceof TopicUnavailableError && error.topic === 'gitlab.push' && /raw-chunks/.test(error.message),
  )
})

test('a record is not sent where a piece of its body is not acknowledged', async () => {
  const { carry, published, metrics } = carrying(async ({ topic }) => {
    if (topic === 'gitlab.raw-chunks') throw new RetriableError('away')
  }, 30_000)
  await assert.rejects(carry(hookOf(largePush), null), RetriableError)
  assert.deepEqual(published, [])
  assert.equal(await seriesValue(metrics, 'ingress_records_total', { event: 'push' }), 0)
})

test('the deadline is the hook’s: what the pieces took is not there any more for the record', async () => {
  const { carry, deadlines } = carrying(async ({ topic }) => {
    if (topic === 'gitlab.raw-chunks') await new Promise((resolve) => setTimeout(resolve, 60))
  }, 30_000)
  await carry(hookOf(largePush), 4000)
  const [first, second, last] = deadlines.map(Number)
  assert.equal(first, second)
  assert.ok(first !== undefined && first < 4000, `${first}: what came before the brokers took its time, too`)
  assert.ok(last !== undefined && last <= first - 55 && last >= 0, String(last))
})

test('fields in a shape we do not know are counted and named, and the hook is published', async () => {
  const { carry, metrics, lines } = carrying()
  const body = { ...(JSON.parse(push.toString()) as object), total_commits_count: 'many' }
  assert.equal((await carry(hookOf(body), null)).kind, 'published')
  assert.equal(await seriesValue(metrics, 'ingress_coercion_faults_total', { event: 'push' }), 1)
  assert.match(JSON.stringify(lines), /total_commits_count/)
})
