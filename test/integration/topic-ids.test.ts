import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { createTopic } from '../helpers/servers/create-topic.ts'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { openStack } from '../helpers/servers/stack.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const stack = await openStack('topic-ids')
const offsets = await openOffsets(stack.kafka)
after(() => offsets.close())

const create = (topic: string) =>
  withAdmin(stack.kafka, (admin) => createTopic(admin, { topic, numPartitions: 3, replicationFactor: 1 }))

test('every topic that exists has an id; a topic that is created anew has another one', async () => {
  const topics = ['a', 'b', 'c'.repeat(200)].map((name) => `${stack.prefix}${name}`)
  for (const topic of topics) await create(topic)
  const ids = await offsets.topicIds([...topics, `${stack.prefix}missing`])
  assert.deepEqual([...ids.keys()].sort(), topics.toSorted())
  // Kafka makes its ids like random UUIDs.
  for (const id of ids.values())
    assert.match(id, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  assert.equal(new Set(ids.values()).size, topics.length)
  assert.deepEqual(await offsets.topicIds(topics), ids)

  const [topic = ''] = topics
  await withAdmin(stack.kafka, (admin) => deleteTopics(admin, [topic]))
  await eventually(async () => assert.deepEqual((await offsets.topicIds([topic])).size, 0))
  await create(topic)
  const anew = (await offsets.topicIds([topic])).get(topic)
  assert.ok(anew !== undefined && anew !== ids.get(topic))
})
