import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTopicFacts } from '../../ingress/publish/topic-metadata.ts'
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
