import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOrigin } from '../../cli/dead-letters/read-origin.ts'
import type { LogMessage } from '../../lib/kafka/log-reader.ts'
import { createTopic } from '../helpers/servers/create-topic.ts'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('read-origin')
const admin = stack.kafka.admin()
const producer = stack.kafka.producer()
await Promise.all([admin.connect(), producer.connect()])
test.after(() => Promise.all([admin.disconnect(), producer.disconnect()]))

const topic = stack.names.topic('push')
const sentAt = Date.now()
const createPushTopic = () => createTopic(admin, { topic, numPartitions: 2, replicationFactor: 1 })
const send = (value: string, timestamp: number) =>
  producer.send({ topic, messages: [{ partition: 1, key: '15', value, timestamp: String(timestamp) }] })
const letterOf = (offset: number, timestamp: number): LogMessage => ({
  ...{ topic: 'dead letters', partition: 0, offset: 7, timestamp, value: null },
  key: `${topic}/1/${offset}`,
  headers: { 'dead-letter-origin-timestamp': String(timestamp) },
})
const valueAt = async (offset: number, timestamp: number) =>
  (await readOrigin(stack.kafka, letterOf(offset, timestamp)))?.value?.toString()

test('the record of a dead letter is read at its origin, and no other record is read instead', async () => {
  await createPushTopic()
  await send('first', sentAt)
  await send('second', sentAt + 1)
  assert.equal(await valueAt(1, sentAt + 1), 'second')
  assert.equal(await valueAt(1, sentAt), undefined, 'the topic was made anew: another record lies there')
  assert.equal(await valueAt(2, sentAt + 1), undefined, 'the topic was made anew: nothing lies there yet')
})

test('nothing is read if the record or the whole topic was deleted', async () => {
  await admin.fetchTopicOffsets(topic) // the client deletes only where it has asked for leaders
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '1' }] })
  assert.equal(await valueAt(0, sentAt), undefined)
  assert.equal(await valueAt(1, sentAt + 1), 'second')
  await deleteTopics(admin, [topic])
  assert.equal(await valueAt(1, sentAt + 1), undefined)
})
