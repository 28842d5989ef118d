// A topic that accepts no records must not disturb the other topics of the publisher.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PublisherOptions } from '../../../../ingress/publish/publisher.ts'
import type { Sender } from '../../../../ingress/publish/sender.ts'
import { TopicUnavailableError } from '../../../../ingress/record/topic-unavailable-error.ts'
import { PermanentError, UsageError } from '../../../../lib/errors.ts'
import { partitionName } from '../../../../lib/kafka/partition-name.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import {
  type Answer,
  acknowledgeAll,
  factsOf,
  fail,
  gone,
  publishing,
  refusal,
  topics,
} from '../../../helpers/records/publishing.ts'

test('a cluster without any of the topics is an error that says what to do', async () => {
  const readTopicFacts = async () => new Map(topics.map((topic) => [topic, gone()]))
  await assert.rejects(
    publishing([], { readTopicFacts }),
    (error) => error instanceof UsageError && /bridge setup/.test(error.message),
  )
})

const forbidden = () =>
  Object.assign(new Error('Not authorized'), {
    name: 'KafkaJSProtocolError',
    type: 'TOPIC_AUTHORIZATION_FAILED',
  })

test('a cluster that refuses all topics is not called empty: user and right are named', async () => {
  const readTopicFacts = async () => new Map(topics.map((topic) => [topic, forbidden()]))
  await assert.rejects(publishing([], { readTopicFacts, principal: 'User:ingress' }), {
    name: 'UsageError',
    message: /^Kafka refuses the user User:ingress: Write on the topic gitlab\.\w+ and all others of ours/,
  })
})

test('the log names the user and the right that one topic lacks', async () => {
  const readTopicFacts: PublisherOptions['readTopicFacts'] = async (some) =>
    new Map(some.map((topic) => [topic, topic === 'gitlab.push' ? forbidden() : factsOf(topic)]))
  const { publisher, lines } = await publishing([], { readTopicFacts, principal: 'User:ingress' })
  const todo = 'give the Kafka user User:ingress the right Write on the topic gitlab.push'
  assert.ok(lines.some(({ level, fields }) => level === 'error' && fields.todo === todo))
  await publisher.stop()
})

test('a cluster whose topics have no leaders is a retriable error', async () => {
  const leaderless = () =>
    Object.assign(new Error('no leader'), { name: 'KafkaJSProtocolError', type: 'LEADER_NOT_AVAILABLE' })
  const readTopicFacts = async () => new Map(topics.map((topic) => [topic, leaderless()]))
  await assert.rejects(publishing([], { readTopicFacts }), { name: 'RetriableError', message: /no leader/ })
})

test('a topic that is missing at the start is named in the log, and used as soon as it exists', async () => {
  const there = new Set(['gitlab.job'])
  const readTopicFacts: PublisherOptions['readTopicFacts'] = async (some) =>
    new Map(some.map((topic) => [topic, there.has(topic) ? factsOf(topic) : gone()]))
  const { publisher, publish, sent, lines } = await publishing([], { readTopicFacts })
  assert.deepEqual(publisher.unavailableTopics(), ['gitlab.push'])
  await assert.rejects(
    publish('a'),
    (error) => error instanceof TopicUnavailableError && error.topic === 'gitlab.push',
  )
  await publish('b', { topic: 'gitlab.job' })
  assert.deepEqual(sent, [['b']])
  there.add('gitlab.push')
  await eventually(() => publish('c'))
  assert.deepEqual(publisher.unavailableTopics(), [])
  const said = lines
    .filter(({ fields }) => fields.topic === 'gitlab.push')
    .map(({ level, fields }) => [level, fields.todo])
  assert.deepEqual(
    said.filter(([level]) => level !== 'debug'),
    [
      ['error', 'run `bridge setup`'],
      ['info', undefined],
    ],
  )
})

test('a metadata request that never ends does not stop the polling', async () => {
  let looks = 0
  const readTopicFacts: PublisherOptions['readTopicFacts'] = async (some) => {
    looks += 1
    if (looks === 2) await new Promise(() => undefined)
    return new Map(
      some.map((topic) => [topic, looks === 1 && topic === 'gitlab.push' ? gone() : factsOf(topic)]),
    )
  }
  const { publisher, publish } = await publishing([], { readTopicFacts, metadataTimeoutMs: 10 })
  await eventually(() => publish('a'))
  assert.deepEqual([publisher.unavailableTopics(), looks], [[], 3])
})

test('a record for an unknown topic is rejected at once', async () => {
  const { publish, sent } = await publishing()
  await assert.rejects(publish('a', { topic: 'gitlab.nowhere' }), {
    name: 'TopicUnavailableError',
    message: /gitlab\.nowhere/,
  })
  assert.deepEqual(sent, [])
})

/** Brokers with a topic at fault: every request that contains it fails as a whole. */
const without =
  (topic: string, error: Error = gone()): Answer =>
  (batch) =>
    batch.some((message) => message.topic === topic) ? Promise.reject(error) : acknowledgeAll(batch)

const faults = {
  missing: gone(),
  forbidden: Object.assign(new Error('no'), {
    name: 'KafkaJSProtocolError',
    type: 'TOPIC_AUTHORIZATION_FAILED',
  }),
  'without a leader': Object.assign(new Error('no'), {
    name: 'KafkaJSProtocolError',
    type: 'LEADER_NOT_AVAILABLE',
  }),
  'short of replicas': Object.assign(new Error('no'), {
    name: 'KafkaJSProtocolError',
    type: 'NOT_ENOUGH_REPLICAS',
  }),
}
for (const [fault, error] of Object.entries(faults)) {
  test(`a topic that is ${fault} is marked unavailable, and others are not held up`, async () => {
    const { publisher, publish, sent } = await publishing([], {}, without('gitlab.push', error))
    const job = { topic: 'gitlab.job' }
    const results = await Promise.allSettled([
      publish('first', job),
      publish('a'),
      publish('b', job),
      publish('c'),
      publish('d', job),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    )
    for (const result of results)
      if (result.status === 'rejected') assert.ok(result.reason instanceof TopicUnavailableError)
    assert.deepEqual(sent, [['first'], ['a', 'b', 'c', 'd'], ['a', 'c'], ['b', 'd']])
    assert.deepEqual(publisher.unavailableTopics(), ['gitlab.push'])
    await Promise.all([publish('e', job), assert.rejects(publish('f'), TopicUnavailableError)])
    assert.deepEqual(sent.at(-1), ['e'])
  })
}

test('a topic that fails for an unclear reason is unavailable once others are acknowledged', async () => {
  const { publisher, publish, sent } = await publishing(
    [],
    {},
    without('gitlab.push', new TypeError('undefined is not a function')),
  )
  const job = { topic: 'gitlab.job' }
  await Promise.all([
    assert.rejects(publish('a'), TopicUnavailableError),
    publish('b', job),
    publish('c', job),
  ])
  assert.deepEqual(publisher.unavailableTopics(), ['gitlab.push'])
  assert.deepEqual(sent.at(-1), ['a'], 'it has failed alone once more')
  await Promise.all([publish('d', job), assert.rejects(publish('e'), TopicUnavailableError)])
  assert.deepEqual(sent.at(-1), ['d'])
})

test('brokers that answer strangely for every topic are an outage, not many topics at fault', async () => {
  const strange = fail(new TypeError('undefined is not a function'))
  const { publisher, publish, sent } = await publishing(Array.from({ length: 7 }, () => strange))
  const deadlineMs = 20_000
  await Promise.all([
    publish('a', { deadlineMs }),
    publish('b', { topic: 'gitlab.job', deadlineMs }),
    publish('c', { deadlineMs }),
  ])
  assert.deepEqual(publisher.unavailableTopics(), [])
  assert.ok(sent.length > 7)
  await publish('d')
})

test('after the back-off, one record probes an unavailable topic, and then the others follow', async () => {
  const { promise: repaired, resolve: repair } = Promise.withResolvers<void>()
  let isBroken = true
  const answer: Answer = async (batch) => {
    if (isBroken) return without('gitlab.push')(batch)
    await repaired
    return acknowledgeAll(batch)
  }
  const { publisher, publish, sent, calls } = await publishing([], {}, answer)
  await assert.rejects(publish('a'), TopicUnavailableError)
  assert.equal(sent.length, 2)
  isBroken = false
  const probed = eventually(() => publish('probe', { deadlineMs: 20_000 }))
  await eventually(async () => assert.deepEqual(sent.at(-1), ['probe']))
  await assert.rejects(publish('b'), TopicUnavailableError, 'not while it is being probed')
  const connectsBefore = calls.connect
  repair()
  await probed
  assert.deepEqual(publisher.unavailableTopics(), [])
  await Promise.all(['c', 'd', 'e'].map((key) => publish(key)))
  assert.deepEqual(sent.slice(-3), [['probe'], ['c'], ['d', 'e']])
  assert.equal(calls.connect, connectsBefore + 1, 'the others do not use the connection of the probe')
})

test('a topic that still fails is probed after longer and longer waits', async () => {
  const { publish, sent } = await publishing([], {}, without('gitlab.push'))
  await assert.rejects(publish('a'), TopicUnavailableError)
  const probedAt: number[] = []
  await eventually(async () => {
    const before = sent.length
    await assert.rejects(publish('again'), TopicUnavailableError)
    if (sent.length > before) probedAt.push(Date.now())
    assert.equal(probedAt.length, 2)
  })
  const [first = 0, second = 0] = probedAt
  assert.ok(second - first >= 990, `${second - first} ms; 500 before the first`)
})

test('a topic is not blamed if another topic has disturbed the client', async () => {
  // kafkajs reads the metadata of all topics it has ever sent to, and fails if one of them is gone.
  const there = new Set(topics)
  let connects = 0
  const connect = async (): Promise<Sender> => {
    connects += 1
    const seen = new Set<string>()
    return {
      send: async (batch) => {
        for (const { topic } of batch) seen.add(topic)
        if ([...seen].some((topic) => !there.has(topic))) throw gone()
        return acknowledgeAll(batch)
      },
      abandon: () => {},
      close: async () => {},
    }
  }
  const { publisher, publish } = await publishing([], { connect })
  await publish('a')
  there.delete('gitlab.push')
  await publish('b', { topic: 'gitlab.job' })
  assert.deepEqual([publisher.unavailableTopics(), connects], [[], 2])
  await assert.rejects(publish('c'), TopicUnavailableError)
  await publish('d', { topic: 'gitlab.job' })
  assert.deepEqual(publisher.unavailableTopics(), ['gitlab.push'])
})

test('a probe that the brokers refuse shows that its topic is available again', async () => {
  const { publisher, publish } = await publishing([fail(gone()), fail(gone()), fail(refusal())])
  await assert.rejects(publish('a'), TopicUnavailableError)
  await eventually(() => assert.rejects(publish('poison'), PermanentError))
  assert.deepEqual(publisher.unavailableTopics(), [])
  await publish('b')
})

test('records for a partition that no longer exists are rejected, and placed anew next time', async () => {
  let partitions = 8
  const readTopicFacts: PublisherOptions['readTopicFacts'] = async (some) =>
    new Map(some.map((topic) => [topic, { partitions, maxBytes: 1e6 }]))
  const answer: Answer = async (batch) =>
    new Set(
      batch
        .filter(({ partition }) => partition < 2)
        .map(({ topic, partition }) => partitionName({ topic, partition })),
    )
  const keys = Array.from({ length: 20 }, (_, key) => String(key))
  const { publish } = await publishing([], { readTopicFacts }, answer)
  partitions = 2
  const results = await Promise.allSettled(keys.map((key) => publish(key)))
  assert.ok(results.some(({ status }) => status === 'fulfilled'))
  for (const result of results)
    if (result.status === 'rejected') assert.ok(result.reason instanceof TopicUnavailableError)
  for (const key of keys) await eventually(() => publish(key))
})

test('stopping rejects the record that probes a topic', async () => {
  const { publisher, publish, sent } = await publishing([
    fail(gone()),
    fail(gone()),
    () => new Promise(() => {}),
  ])
  await assert.rejects(publish('a'), TopicUnavailableError)
  const probing = eventually(async () => {
    await assert.rejects(publish('probe'), /stopping/)
  })
  await eventually(async () => assert.deepEqual(sent.at(-1), ['probe']))
  await publisher.stop()
  await probing
})
