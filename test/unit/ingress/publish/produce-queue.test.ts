import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PendingMessage } from '../../../../ingress/publish/pending-message.ts'
import { createProduceQueue } from '../../../../ingress/publish/produce-queue.ts'

const topicByTopic = { kind: 'topic_by_topic', requestsLeft: 2 } as const

const message = (key: string, topic: string, reserves?: PendingMessage['reserves']): PendingMessage => ({
  ...{ key, topic, reserves, partition: 0, bytes: 1, maxBytesTogether: 100 },
  ...{ value: Buffer.alloc(0), headers: {}, timestamp: '0', isSettled: false, settle: () => {} },
})
const keysOf = (messages: readonly PendingMessage[]) => messages.map(({ key }) => key)

/** A queue of two records of pushes, with the place of a large body between them. */
const queueWithPlace = (records: number) => {
  const queue = createProduceQueue({ records, bytes: 1000 })
  const place = message('place', '', 'everything')
  for (const each of [message('1', 'push'), message('2', 'push'), place, message('4', 'push')])
    queue.add(each)
  return { queue, place }
}

test('while topics are tried by themselves, no record overtakes a large body of an unknown topic', () => {
  const { queue, place } = queueWithPlace(10)
  assert.deepEqual(keysOf(queue.takeBatch(topicByTopic)), ['1', '2'])
  assert.deepEqual(keysOf(queue.takeBatch(topicByTopic)), [])
  assert.ok(queue.replace(place, message('3', 'push')))
  assert.deepEqual(keysOf(queue.takeBatch(topicByTopic)), ['3', '4'])
})

test('the large body overtakes no record either, for which a request had no room', () => {
  const { queue, place } = queueWithPlace(1)
  assert.deepEqual(keysOf(queue.takeBatch(topicByTopic)), ['1'])
  assert.ok(queue.replace(place, message('3', 'push')))
  const rest = [queue, queue, queue].flatMap((each) => keysOf(each.takeBatch(topicByTopic)))
  assert.deepEqual(rest, ['2', '3', '4'])
})

test('a topic that goes behind the others stays before the place of a large body', () => {
  const queue = createProduceQueue({ records: 10, bytes: 1000 })
  const place = message('place', '', 'everything')
  for (const each of [message('1', 'push'), message('a', 'job'), place, message('b', 'job')]) queue.add(each)
  queue.moveBehind('push')
  assert.ok(queue.replace(place, message('2', 'push')))
  assert.deepEqual(keysOf(queue.takeBatch({ kind: 'all_together' })), ['a', '1', '2', 'b'])
})
