import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecordTimestamps } from '../../ingress/publish/record-timestamps.ts'
import { createSender } from '../../ingress/publish/sender.ts'
import { readTopicFacts } from '../../ingress/publish/topic-metadata.ts'
import { recordingLogger } from '../helpers/process/recording-logger.ts'
import { createTopic } from '../helpers/servers/create-topic.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('topic-facts')

const createTopicWith = async (name: string, numPartitions: number, settings: Record<string, number>) => {
  const admin = stack.kafka.admin()
  await admin.connect()
  const topic = `${stack.prefix}${name}`
  const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value: String(value) }))
  await createTopic(admin, { topic, numPartitions, replicationFactor: 1, configEntries })
  await admin.disconnect()
  return topic
}

test('the smaller of two settings limits a request; a missing topic hides no other limits', async () => {
  const mebibyte = 1024 * 1024
  const byMessages = await createTopicWith('by-messages', 2, {
    'max.message.bytes': 5000,
    'segment.bytes': 2 * mebibyte,
  })
  const bySegments = await createTopicWith('by-segments', 3, {
    'max.message.bytes': 3 * mebibyte,
    'segment.bytes': 2 * mebibyte,
  })
  const missing = `${stack.prefix}missing`

  const facts = await readTopicFacts(stack.kafka, [byMessages, missing, bySegments])
  assert.deepEqual(facts.get(byMessages), { partitions: 2, maxBytes: 5000 })
  assert.deepEqual(facts.get(bySegments), { partitions: 3, maxBytes: 2 * mebibyte })
  assert.equal((facts.get(missing) as { type?: unknown }).type, 'UNKNOWN_TOPIC_OR_PARTITION')
  assert.equal(facts.size, 3)
})

test('a broker refuses a time far ahead of its own, and takes the record with another time', async () => {
  const topic = await createTopicWith('timestamps', 1, { 'message.timestamp.after.max.ms': 3_600_000 })
  const { logger, lines } = recordingLogger()
  const wrong = Date.now() + 5 * 86_400_000
  const timestamps = createRecordTimestamps({ logger, wallClock: () => wrong, steadyClock: () => wrong })
  const sender = timestamps.wrap(await createSender(stack.kafka, 3000))
  const message = { topic, partition: 0, key: '1', value: Buffer.from('a'), headers: {} }
  const acknowledged = await sender.send([{ ...message, timestamp: String(wrong) }])
  await sender.close()
  assert.deepEqual([...acknowledged], [`${topic}/0`])
  assert.equal(lines.length, 1)
})
