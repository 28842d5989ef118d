import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutgoingMessage } from '../../../../ingress/record/encode.ts'
import { TopicUnavailableError } from '../../../../ingress/record/topic-unavailable-error.ts'
import { RetriableError } from '../../../../lib/errors.ts'
import { settle } from '../../../helpers/records/ordered-ingress.ts'
import { acknowledgeAll, factsOf, gone, publishing } from '../../../helpers/records/publishing.ts'

const messageOf = (key: string, topic = 'gitlab.push'): OutgoingMessage => ({
  topic,
  key,
  value: Buffer.alloc(1),
  headers: {},
  timestamp: '0',
})

/** Two partitions: the keys `1` and `2` lie in different ones, as the first test shows. */
const twoPartitions = async (topics: readonly string[]) =>
  new Map(topics.map((topic) => [topic, { partitions: 2, maxBytes: 1e6 }]))

const reserving = async (rejections: Error[] = []) => {
  const { publisher, publish, sent } = await publishing([], { readTopicFacts: twoPartitions })
  const place = publisher.reserve((error) => rejections.push(error))
  const fill = (key: string, chunks: readonly OutgoingMessage[] = []) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onSettled = (error?: Error) => (error === undefined ? resolve() : reject(error))
    const withdraw = place.fill({ message: messageOf(key), chunks }, onSettled)
    return { acknowledged: promise, withdraw }
  }
  return { publisher, publish, sent, place, fill }
}

test('all later records wait until the key is known, and then only those of its partition', async () => {
  const { publish, sent, place, fill } = await reserving()
  const later = [publish('1'), publish('2'), publish('1')]
  await settle()
  assert.deepEqual(sent, [])
  place.narrow('gitlab.push', '1')
  await later[1]
  assert.deepEqual(sent, [['2']])
  await fill('1').acknowledged
  await Promise.all(later)
  assert.deepEqual(sent.flat(), ['2', '1', '1', '1'])
})

test('the record takes the reserved place, before the later records', async () => {
  const { publish, sent, fill } = await reserving()
  const later = publish('2')
  await Promise.all([fill('1').acknowledged, later])
  assert.deepEqual(sent, [['1', '2']])
})

test('a record whose place was released goes to the end of the queue', async () => {
  const { publish, sent, place, fill } = await reserving()
  const later = publish('2')
  place.release()
  await later
  await fill('1').acknowledged
  place.narrow('gitlab.push', '1')
  place.release()
  assert.deepEqual(sent, [['2'], ['1']])
  await publish('3')
})

test('a place for an unavailable topic holds nobody up, and its record is rejected', async () => {
  const rejections: Error[] = []
  const { publish, place, fill } = await reserving(rejections)
  place.narrow('gitlab.moon', '1')
  await publish('1')
  assert.deepEqual(rejections, [])
  await fill('1').acknowledged
})

test('the place is rejected together with its topic, and when the ingress stops', async () => {
  const rejections: Error[] = []
  const { publisher, publish, lines } = await publishing([], {}, async (batch) => {
    if (batch.some(({ topic }) => topic === 'gitlab.job')) throw gone()
    return acknowledgeAll(batch)
  })
  const place = publisher.reserve((error) => rejections.push(error))
  place.narrow('gitlab.push', '1')
  assert.ok(!(factsOf('gitlab.push') instanceof Error) && lines.length === 0)
  await assert.rejects(publish('1', { topic: 'gitlab.job' }), TopicUnavailableError)
  assert.deepEqual(rejections, [])
  await publisher.stop()
  assert.ok(rejections.length === 1 && (rejections[0] as unknown) instanceof RetriableError)
})
