import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PublisherOptions } from '../../../../ingress/publish/publisher.ts'
import { TopicUnavailableError } from '../../../../ingress/record/topic-unavailable-error.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import { partitionName } from '../../../../lib/kafka/partition-name.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'
import {
  type Answer,
  acknowledgeAll,
  fail,
  gone,
  publishing,
  refusal,
  tooLarge,
} from '../../../helpers/records/publishing.ts'

test('messages that arrive while a request is in flight go out together in the next one', async () => {
  const { publish, sent } = await publishing()
  await Promise.all(['a', 'b', 'c', 'd'].map((key) => publish(key)))
  assert.deepEqual(sent, [['a'], ['b', 'c', 'd']])
})

test('never more than one request is in flight', async () => {
  let inFlight = 0
  const most = { inFlight: 0 }
  const slow: Answer = async (batch) => {
    most.inFlight = Math.max(most.inFlight, ++inFlight)
    await new Promise(setImmediate)
    inFlight--
    return acknowledgeAll(batch)
  }
  const { publish, sent } = await publishing(Array(10).fill(slow), { limits: { records: 2, bytes: 1e6 } })
  await Promise.all(Array.from({ length: 11 }, (_, i) => publish(String(i))))
  assert.deepEqual([most.inFlight, sent.length], [1, 6])
})

test('a hook is not answered before its own acknowledgement', async () => {
  const { promise: acknowledged, resolve: acknowledge } = Promise.withResolvers<void>()
  const { publish } = await publishing([async (batch) => acknowledged.then(() => acknowledgeAll(batch))])
  let isPublished = false
  const published = publish('a').then(() => {
    isPublished = true
  })
  await new Promise(setImmediate)
  assert.equal(isPublished, false)
  acknowledge()
  await published
})

test('messages of unacknowledged partitions are sent again, before newer messages', async () => {
  const onlyPushes: Answer = async () => new Set([partitionName({ topic: 'gitlab.push', partition: 0 })])
  const { publish, sent } = await publishing([acknowledgeAll, onlyPushes])
  await Promise.all([
    publish('first'),
    publish('a'),
    publish('b', { topic: 'gitlab.job' }),
    publish('c'),
    publish('d', { topic: 'gitlab.job' }),
  ])
  assert.deepEqual(sent, [['first'], ['a', 'b', 'c', 'd'], ['b', 'd']])
})

test('newer records of an unacknowledged partition do not overtake the older ones', async () => {
  const onlyPushes: Answer = async () => new Set([partitionName({ topic: 'gitlab.push', partition: 0 })])
  const { publish, sent } = await publishing([acknowledgeAll, onlyPushes], {
    limits: { records: 2, bytes: 1e6 },
  })
  const job = { topic: 'gitlab.job' }
  await Promise.all([publish('first'), publish('a'), publish('b', job), publish('c', job), publish('d', job)])
  assert.deepEqual(sent, [['first'], ['a', 'b'], ['b', 'c'], ['d']])
})

test('a failed request is sent again in its old order, with newer messages behind it', async () => {
  const { publish, sent } = await publishing([fail(new Error('connection lost'))])
  const first = publish('a')
  await Promise.all([first, publish('b'), publish('c')])
  assert.deepEqual(sent, [['a'], ['a', 'b', 'c']])
})

test('an answer without any acknowledgement is a failure with a back-off, not an endless loop', async () => {
  const { publish, sent, metrics } = await publishing([async () => new Set()])
  await publish('a')
  assert.deepEqual(sent, [['a'], ['a']])
  assert.equal(await seriesValue(metrics, 'ingress_publish_failures_total', { cause: 'leader' }), 1)
})

test('the state is failing only if no broker answers, not after a topic or record fault', async () => {
  const timeout = () => fail(Object.assign(new Error('timed out'), { name: 'KafkaJSRequestTimeoutError' }))
  const { publisher, publish } = await publishing([
    timeout(),
    timeout(),
    acknowledgeAll,
    fail(refusal()),
    fail(gone()),
    fail(gone()),
  ])
  assert.equal(publisher.state(), 'open')
  const waiting = publish('a')
  await eventually(() => assert.equal(publisher.state(), 'failing'), 5000)
  await waiting
  assert.equal(publisher.state(), 'open')
  await assert.rejects(publish('poison'), PermanentError)
  await assert.rejects(publish('b'), TopicUnavailableError)
  assert.equal(publisher.state(), 'open')
})

test('one record that the brokers refuse is rejected for good, and does not hold up the others', async () => {
  const refusePoison: Answer = (batch) =>
    batch.some(({ key }) => key === 'poison') ? Promise.reject(refusal()) : acknowledgeAll(batch)
  const { publish, sent } = await publishing(Array(10).fill(refusePoison))
  const results = await Promise.allSettled(['first', 'a', 'poison', 'b'].map((key) => publish(key)))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  assert.ok(results[2]?.status === 'rejected' && results[2].reason instanceof PermanentError)
  assert.deepEqual(sent, [['first'], ['a', 'poison', 'b'], ['a'], ['poison'], ['b']])
})

test('an unavailable topic and a refused record at the same time do not hold up the others', async () => {
  const answer: Answer = (batch) => {
    if (batch.some(({ topic }) => topic === 'gitlab.push')) return Promise.reject(gone())
    return batch.some(({ key }) => key === 'poison') ? Promise.reject(refusal()) : acknowledgeAll(batch)
  }
  const { publish } = await publishing([], {}, answer)
  const job = { topic: 'gitlab.job', deadlineMs: 20_000 }
  const results = await Promise.allSettled([
    publish('first', job),
    publish('a', job),
    publish('b', { deadlineMs: 20_000 }),
    publish('poison', job),
    publish('c', job),
  ])
  const errors = results.map((result) => (result.status === 'rejected' ? result.reason.name : 'published'))
  assert.deepEqual(errors, ['published', 'published', 'TopicUnavailableError', 'PermanentError', 'published'])
})

/** Brokers that accept at most so many bytes in the value of a record. */
const upTo =
  (maxBytes: number): Answer =>
  (batch) =>
    batch.some(({ value }) => value.length > maxBytes) ? Promise.reject(tooLarge()) : acknowledgeAll(batch)

test('a record that became too large for its topic is retriable and holds up no other', async () => {
  let maxBytes = 1e6
  const readTopicFacts: PublisherOptions['readTopicFacts'] = async (some) =>
    new Map(some.map((topic) => [topic, { partitions: 1, maxBytes }]))
  const { publisher, publish, sent } = await publishing([], { readTopicFacts }, upTo(1e5))
  maxBytes = 1e5
  const large = assert.rejects(publish('large', { bytes: 200_000 }), RetriableError)
  await Promise.all([large, publish('small')])
  assert.deepEqual(sent, [['large'], ['small']])
  assert.equal(publisher.maxBytesOf('gitlab.push'), 1e5)
})

test('records that are too large together are sent one by one, and later requests are smaller', async () => {
  let maxBytes = 1e6
  const readTopicFacts: PublisherOptions['readTopicFacts'] = async (some) =>
    new Map(some.map((topic) => [topic, { partitions: 1, maxBytes }]))
  const together: Answer = (batch) => (batch.length > 2 ? Promise.reject(tooLarge()) : acknowledgeAll(batch))
  const { publish, sent } = await publishing([], { readTopicFacts }, together)
  maxBytes = 2500
  const publishAll = (keys: readonly string[]) =>
    Promise.all(keys.map((key) => publish(key, { bytes: 1000 })))
  await publishAll(['first', 'a', 'b', 'c'])
  await publishAll(['d', 'e', 'f', 'g', 'h'])
  assert.deepEqual(sent, [['first'], ['a', 'b', 'c'], ['a'], ['b'], ['c'], ['d'], ['e', 'f'], ['g', 'h']])
})

test('at its deadline a message is rejected as retriable, and it is no longer sent', async () => {
  const { promise: late, resolve: answer } = Promise.withResolvers<void>()
  const { publish, sent } = await publishing([async (batch) => late.then(() => acknowledgeAll(batch))])
  const first = publish('a')
  await assert.rejects(publish('b', { deadlineMs: 5 }), RetriableError)
  answer()
  await first
  await publish('c')
  assert.deepEqual(sent, [['a'], ['c']])
})

test('an acknowledgement after the deadline does no harm', async () => {
  const { promise: late, resolve: answer } = Promise.withResolvers<void>()
  const { publish, sent } = await publishing([async (batch) => late.then(() => acknowledgeAll(batch))])
  await assert.rejects(publish('a', { deadlineMs: 5 }), RetriableError)
  answer()
  await publish('b')
  assert.deepEqual(sent, [['a'], ['b']])
})

test('after three failures in a row the producer is abandoned for a new one', async () => {
  const { publish, sent, calls, metrics } = await publishing(
    Array(3).fill(fail(new Error('no answer within 6000 ms'))),
  )
  await publish('a')
  assert.deepEqual(sent, [['a'], ['a'], ['a'], ['a']])
  assert.deepEqual(calls, { connect: 2, abandon: 1, close: 0 })
  assert.equal(await seriesValue(metrics, 'ingress_producers_rebuilt_total'), 1)
})

test('a connection that cannot be made is tried again until the deadline', async () => {
  let connects = 0
  const connect = async () => {
    if (++connects > 1) throw new Error('refused')
    return {
      send: fail(gone()),
      abandon: () => {},
      close: async () => {},
    }
  }
  const { publish } = await publishing([], { connect })
  await assert.rejects(publish('a', { deadlineMs: 250 }), /250 ms/)
  assert.ok(connects >= 2)
})

test('a full queue rejects a message at once; settled messages make room', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { publish } = await publishing([async (batch) => gate.then(() => acknowledgeAll(batch))], {
    maxQueuedBytes: 3000,
  })
  const waiting = [publish('a', { bytes: 1000 }), publish('b', { bytes: 1000 })]
  await assert.rejects(publish('c', { bytes: 1000 }), { name: 'RetriableError', message: /too many bytes/ })
  open()
  await Promise.all(waiting)
  await Promise.all(['d', 'e', 'f'].map((key) => publish(key, { bytes: 500 })))
})

test('stopping rejects the queued messages, waits for the request in flight, and disconnects', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { publisher, publish, calls } = await publishing([
    async (batch) => gate.then(() => acknowledgeAll(batch)),
  ])
  const inFlight = publish('a')
  const queued = assert.rejects(publish('b'), RetriableError)
  const stopped = publisher.stop()
  await queued
  assert.equal(calls.close, 0)
  open()
  await Promise.all([inFlight, stopped])
  assert.equal(calls.close, 1)
  await assert.rejects(publish('c'), RetriableError)
})

test('published records and the sizes of the requests are counted', async () => {
  const { publish, metrics } = await publishing()
  await Promise.all([publish('a'), publish('b'), publish('c')])
  assert.equal(await seriesValue(metrics, 'ingress_batch_records_count'), 2)
  assert.equal(await seriesValue(metrics, 'ingress_batch_records_sum'), 3)
  assert.ok(((await seriesValue(metrics, 'ingress_last_acknowledged_timestamp_seconds')) ?? 0) > 0)
})
