import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompressionTypes } from 'kafkajs'
import { readVariables } from '../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../lib/kafka/client.ts'
import { type LogMessage, readLog } from '../../lib/kafka/log-reader.ts'
import { startKafkaProxy } from '../helpers/faults/kafka-proxy.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { createTopic } from '../helpers/servers/create-topic.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('log-reader')
const admin = stack.kafka.admin()
const producer = stack.kafka.producer()
await Promise.all([admin.connect(), producer.connect()])
test.after(() => Promise.all([admin.disconnect(), producer.disconnect()]))

const createDeadLetterTopic = async (name: string, numPartitions: number): Promise<string> => {
  const topic = stack.names.deadLetterTopic(name)
  await createTopic(admin, { topic, numPartitions, replicationFactor: 1 })
  return topic
}

/** Reads until so many messages came; the limit of the test ends a reader that waits for ever. */
const read = async (
  topics: readonly string[],
  from: 'beginning' | 'now',
  count: number,
  onStart = () => {},
): Promise<LogMessage[]> => {
  const messages: LogMessage[] = []
  const reader = readLog(stack.kafka, { topics, from, signal: AbortSignal.timeout(30_000) })
  const first = reader.next()
  onStart()
  for (let next = await first; next.done !== true; next = await reader.next()) {
    messages.push(next.value)
    if (messages.length === count) break
  }
  await reader.return(undefined)
  return messages
}

const numbersOf = (messages: readonly LogMessage[]) => messages.map(({ value }) => Number(value))

test('reading from the beginning gives every message of several topics, in order by partition', async () => {
  const topics = [await createDeadLetterTopic('one', 3), await createDeadLetterTopic('two', 2)]
  for (let number = 0; number < 500; number += 10) {
    const messages = Array.from({ length: 10 }, (_, index) => ({
      partition: (number / 10) % 2,
      value: String(number + index),
    }))
    await producer.send({
      topic: topics[number % 20 === 0 ? 0 : 1] ?? '',
      messages,
      compression: CompressionTypes.GZIP,
    })
  }
  const messages = await read(topics, 'beginning', 500)
  assert.deepEqual(
    numbersOf(messages).toSorted((a, b) => a - b),
    Array.from({ length: 500 }, (_, number) => number),
  )
  for (const [place, ordered] of Map.groupBy(messages, ({ topic, partition }) => `${topic}/${partition}`)) {
    assert.deepEqual(
      ordered.map(({ offset }) => offset),
      ordered.map((_, index) => index),
      place,
    )
    assert.deepEqual(
      numbersOf(ordered),
      numbersOf(ordered).toSorted((a, b) => a - b),
      place,
    )
  }
})

test('offset and time of a message are numbers, key and headers text, and its value bytes', async () => {
  const topic = await createDeadLetterTopic('shape', 1)
  const timestamp = Date.UTC(2026, 0, 2, 3, 4, 5)
  await producer.send({
    topic,
    messages: [
      { key: 'clé', value: Buffer.from([0, 255]), headers: { a: 'ä' }, timestamp: String(timestamp) },
      { key: null, value: null, timestamp: String(timestamp) },
    ],
  })
  assert.deepEqual(await read([topic], 'beginning', 2), [
    {
      topic,
      partition: 0,
      offset: 0,
      timestamp,
      key: 'clé',
      value: Buffer.from([0, 255]),
      headers: { a: 'ä' },
    },
    { topic, partition: 0, offset: 1, timestamp, key: null, value: null, headers: {} },
  ])
})

test('reading from now gives later messages and no earlier ones', async () => {
  const topic = await createDeadLetterTopic('now', 2)
  await producer.send({
    topic,
    messages: [0, 1].flatMap((partition) => Array.from({ length: 20 }, () => ({ partition, value: '1' }))),
  })
  let isReading = true
  const produce = async () => {
    // Whatever is sent before the reader has found its place is before "now": it is sent until one came.
    for (let number = 100; isReading; number++)
      await producer.send({ topic, messages: [{ partition: number % 2, value: String(number) }] })
  }
  let producing = Promise.resolve()
  const messages = await read([topic], 'now', 10, () => {
    producing = produce()
  })
  isReading = false
  await producing
  const numbers = numbersOf(messages)
  assert.equal(numbers.length, 10)
  assert.ok(Math.min(...numbers) >= 100, `read ${numbers}`)
  assert.equal(new Set(messages.map(({ partition }) => partition)).size, 2)
})

test('reading to now ends with the last existing message, also on an empty topic', async () => {
  const [topic, empty] = [await createDeadLetterTopic('to-now', 3), await createDeadLetterTopic('empty', 1)]
  await producer.send({
    topic,
    messages: Array.from({ length: 30 }, (_, number) => ({ partition: number % 2, value: String(number) })),
  })
  const messages: LogMessage[] = []
  for await (const message of readLog(stack.kafka, { topics: [topic, empty], from: 'beginning', to: 'now' }))
    messages.push(message)
  assert.equal(messages.length, 30)
})

test('a missing topic is left out', async () => {
  const topic = await createDeadLetterTopic('there', 1)
  await producer.send({ topic, messages: [{ value: '1' }] })
  assert.deepEqual(numbersOf(await read([stack.names.deadLetterTopic('absent'), topic], 'beginning', 1)), [1])
})

test('the signal ends the reading of a topic without messages', async () => {
  const topic = await createDeadLetterTopic('quiet', 1)
  const ending = new AbortController()
  const reader = readLog(stack.kafka, { topics: [topic], from: 'beginning', signal: ending.signal })
  const next = reader.next()
  ending.abort()
  assert.deepEqual(await next, { done: true, value: undefined })
})

test('a reader with an outage handler goes on after an outage; another reader throws', async (t) => {
  const topic = await createDeadLetterTopic('outage', 2)
  const proxy = await startKafkaProxy(stack.kafkaBrokers)
  t.after(proxy.close)
  const settings = readVariables(kafkaVariables, { ...stack.env, KAFKA_BROKERS: proxy.address })
  const outages: unknown[] = []
  const onOutage = (error: unknown) => void outages.push(error)
  const readThrough = (options: { onOutage?(error: unknown): void }) => {
    const signal = AbortSignal.timeout(30_000)
    return readLog(createKafka(settings, 'outage', recordingLogger().logger), {
      topics: [topic],
      from: 'beginning',
      signal,
      ...options,
    })
  }
  const [patient, impatient] = [readThrough({ onOutage }), readThrough({})]
  t.after(() => patient.return(undefined))
  const send = (value: string, partition: number) =>
    producer.send({ topic, messages: [{ partition, value }] })
  await send('1', 0)
  for (const reader of [patient, impatient]) assert.equal(String((await reader.next()).value?.value), '1')
  const [going, ending] = [patient.next(), impatient.next()]
  const ended = assert.rejects(ending)
  proxy.breakConnections()
  await ended
  await send('2', 1)
  assert.equal(String((await going).value?.value), '2')
  assert.ok(outages.length > 0)
})

test('a reader leaves no consumer group on the cluster', async () => {
  const { groups } = await admin.listGroups()
  assert.deepEqual(
    groups.filter(({ groupId }) => groupId.startsWith(stack.names.group(''))),
    [],
  )
})
