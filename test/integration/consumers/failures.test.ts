import assert from 'node:assert/strict'
import { test } from 'node:test'
import kafkajs from 'kafkajs'
import { z } from 'zod'
import { defineConsumer } from '../../../consumers/consumer.ts'
import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { type Push, pushConsumer } from '../../helpers/process/push-consumer.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { messagesOn, recordsOf } from '../../helpers/records/records.ts'
import { createTopic } from '../../helpers/servers/create-topic.ts'
import { deleteTopics } from '../../helpers/servers/delete-topics.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

/** Whatever is asked of it throws. */
const withGetters = (error: Error): Error => {
  const get = () => {
    throw new TypeError('do not look')
  }
  return Object.defineProperties(error, { name: { get }, message: { get }, stack: { get } })
}

const throwing = pushConsumer('throwing', async ({ delivery }) => {
  const kind = kinds[Number(delivery.id.split('-')[1])]
  attempts.push(delivery.id)
  if (kind !== undefined) throw kind.error
})
const kinds: Record<number, { error: unknown; tries: number }> = {
  1: { error: new TypeError('x is not a function'), tries: 2 },
  2: { error: undefined, tries: 2 },
  3: { error: 'a string', tries: 2 },
  4: { error: null, tries: 2 },
  5: { error: new kafkajs.KafkaJSNonRetriableError('of another client'), tries: 2 },
  6: { error: new PermanentError('never'), tries: 1 },
  7: { error: Object.assign(new Error('of another group'), { type: 'REBALANCE_IN_PROGRESS' }), tries: 2 },
  8: { error: Object.freeze(new RangeError('frozen')), tries: 2 },
  9: { error: Object.freeze({ code: 9 }), tries: 2 },
  10: { error: withGetters(new SyntaxError()), tries: 2 },
  11: { error: Object.create(null), tries: 2 },
  12: { error: Symbol('thrown'), tries: 2 },
  13: { error: () => undefined, tries: 2 },
}
const attempts: string[] = []

const throughOutage = pushConsumer('through-outage', async ({ delivery }) => {
  tries.push(delivery.id)
  if (isDown) throw new RetriableError('down', { retryAfterMs: 300 })
  outageEffects.push(delivery.id)
})
const tries: string[] = []
const outageEffects: string[] = []
let isDown = true

const batching = defineConsumer({
  name: 'batching',
  summary: 'Made for a test.',
  events: ['push'],
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: 'none',
  metricsPort: 0,
  variables: z.object({}),
  dryRun: () => [],
  create: async () => ({
    batchSize: 100,
    handleBatch: async (records: readonly Push[]) => {
      calls.push(records.length)
      if (records.some(({ delivery }) => delivery.id === 'poison-0')) throw new Error('poison')
      batchEffects.push(...records.map(({ delivery }) => delivery.id))
    },
    close: async () => undefined,
  }),
})
const calls: number[] = []
const batchEffects: string[] = []

const unburied = pushConsumer('unburied', async ({ delivery }) => {
  if (delivery.id === 'd-10') throw new PermanentError('never')
  buriedEffects.push(delivery.id)
})
const buriedEffects: string[] = []

const hanging = pushConsumer('hanging', () => hung.promise)
const hung = Promise.withResolvers<undefined>()

const stack = await openWorkerStack('failures', [throwing, throughOutage, batching, unburied, hanging])
await publishPushes(stack, 20, { projects: 1 })

test('whatever a handler throws, the record is tried as configured and then dead-lettered', async (t) => {
  const worker = await startWorkerInProcess(stack, throwing)
  t.after(worker.stop)
  assert.equal(await worker.metric('consumer_circuit_state{state="closed"}'), 1)
  await eventually(() => assert.equal(attempts.at(-1), 'd-19'))
  const expected = Array.from({ length: 20 }, (_, n) =>
    Array.from({ length: kinds[n]?.tries ?? 1 }, () => `d-${n}`),
  ).flat()
  assert.deepEqual(attempts, expected)

  const buried = await messagesOn(stack, stack.names.deadLetterTopic('throwing'))
  assert.deepEqual(
    buried.map(({ key, headers }) => [
      key?.split('/').at(-1),
      headers['dead-letter-attempts'],
      headers['dead-letter-error'],
    ]),
    [
      ['1', '2', 'TypeError'],
      ['2', '2', 'undefined'],
      ['3', '2', 'string'],
      ['4', '2', 'object'],
      ['5', '2', 'KafkaJSNonRetriableError'],
      ['6', '1', 'PermanentError'],
      ['7', '2', 'Error'],
      ['8', '2', 'RangeError'],
      ['9', '2', 'object'],
      ['10', '2', 'cannot be read'],
      ['11', '2', 'object'],
      ['12', '2', 'symbol'],
      ['13', '2', 'function'],
    ],
  )
  await eventually(async () =>
    assert.equal(await worker.metric('consumer_handled_total{event="push",outcome="processed"}'), 7),
  )
  assert.equal(await worker.metric('consumer_handled_total{event="push",outcome="dead_lettered"}'), 13)
  assert.equal(await worker.metric('consumer_retries_total'), 12)
})

test('while downstream is down nothing is dead-lettered; then all is handled in order', async (t) => {
  const worker = await startWorkerInProcess(stack, throughOutage)
  t.after(worker.stop)
  await eventually(async () => assert.equal(await worker.metric('consumer_circuit_state{state="open"}'), 1))
  assert.equal(await worker.live(), '200 paused')
  await untilCount(tries, 4)
  assert.deepEqual(new Set(tries), new Set(['d-0']))
  isDown = false
  await untilCount(outageEffects, 20)
  assert.deepEqual(
    outageEffects,
    Array.from({ length: 20 }, (_, n) => `d-${n}`),
  )
  // A message that comes alone is no exception.
  isDown = true
  await publishPushes(stack, 1, { prefix: 'alone', projects: 1 })
  await untilCount(tries, tries.length + 3)
  isDown = false
  await untilCount(outageEffects, 21)
  assert.equal((await messagesOn(stack, stack.names.deadLetterTopic('through-outage'))).length, 0)
  assert.equal(await worker.metric('consumer_circuit_state{state="closed"}'), 1)
})

test('a poison record in a batch is dead-lettered alone; the others are handled in order', async (t) => {
  await publishPushes(stack, 1, { prefix: 'poison', projects: 1 })
  await publishPushes(stack, 20, { from: 20, projects: 1 })
  const worker = await startWorkerInProcess(stack, batching)
  t.after(worker.stop)
  await untilCount(batchEffects, 41)
  assert.deepEqual(
    batchEffects.filter((id) => id !== 'alone-0'),
    Array.from({ length: 40 }, (_, n) => `d-${n}`),
  )
  const buried = await messagesOn(stack, stack.names.deadLetterTopic('batching'))
  assert.deepEqual(
    buried.map(({ headers }) => headers['dead-letter-message']),
    ['poison'],
  )
})

test('if a dead letter cannot be written, the partition waits and the record is not skipped', async (t) => {
  const topic = stack.names.deadLetterTopic('unburied')
  const admin = stack.kafka.admin()
  await admin.connect()
  t.after(() => admin.disconnect())
  await deleteTopics(admin, [topic])
  const events = (await recordsOf(stack, 'push')).map(({ value }) => value.delivery.id)
  const place = events.indexOf('d-10')
  const worker = await startWorkerInProcess(stack, unburied)
  t.after(worker.stop)
  const tried = () => worker.lines.filter(({ message }) => message === 'circuit open').length
  await eventually(() => assert.ok(tried() >= 2))
  assert.deepEqual(buriedEffects, events.slice(0, place))
  const offsets = await admin.fetchOffsets({
    groupId: stack.names.group('unburied'),
    topics: [stack.names.topic('push')],
  })
  assert.equal(Math.max(...(offsets[0]?.partitions ?? []).map(({ offset }) => Number(offset))), place)

  await createTopic(admin, { topic, numPartitions: 1 })
  await untilCount(buriedEffects, events.length - 1)
  assert.deepEqual(buriedEffects, events.toSpliced(place, 1))
  assert.equal((await messagesOn(stack, topic)).length, 1)
})

test('a handler that hangs ends the worker: a second attempt would run beside the first', async () => {
  const worker = await startWorkerInProcess(stack, hanging, {
    CONSUMER_TIMEOUT_SECONDS: '0.5',
    CONSUMER_STALL_SECONDS: '2',
    CONSUMER_SESSION_SECONDS: '30',
  })
  await assert.rejects(worker.failure, /a handler has not ended/)
  await assert.rejects(worker.stop(), /a handler does not end/)
  hung.resolve(undefined)
})
