import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import type { EventType } from '../../schemas/catalogue.ts'
import { readWithJava } from '../helpers/process/java.ts'
import { post, pushOf, sample } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

/** What java/Reader.java prints. */
interface ReadByJava {
  topic: string
  partition: number
  partitionByMurmur2: number
  offset: number
  timestamp: number
  key: string
  headers: Record<string, string>
  magic: number
  schemaId: number
  schemaName: string
  readToTheEnd: boolean
  value: { raw: string; delivery: { id: string } } & Record<string, unknown>
}

const stack = await openStack('wire-format')
await stack.setUp({ KAFKA_TOPIC_PARTITIONS: '6' })
const { hookUrl } = await stack.startIngress()

const sent = new Map<string, Buffer>()
const send = async (body: Buffer) => sent.set((await post(hookUrl, body)).body.id, body)
for (let project = 1; project <= 60; project++) await send(pushOf(project * 7919))
for (const event of ['push', 'tag_push', 'repository_update', 'merge_request', 'project_rename'])
  await send(sample(event))
await send(randomBytes(3000))
await send(Buffer.from('{"object_kind":"moon_landing","crew":["Ægir","月"]}'))

const events: EventType[] = [
  'push',
  'tag_push',
  'repository_update',
  'merge_request',
  'project_rename',
  'unknown',
  'quarantine',
]
const topics = events.map(stack.names.topic)
const read = (await readWithJava(stack, topics, await stack.temporaryFolder())) as ReadByJava[]

test('Kafka’s own client and Apache Avro read every hook, its body byte for byte', () => {
  assert.equal(read.length, sent.size)
  for (const { value } of read) {
    assert.equal(value.raw, sent.get(value.delivery.id)?.toString('base64'))
    sent.delete(value.delivery.id)
  }
  assert.equal(sent.size, 0)
})

test('each value is a zero byte, the id of the topic’s schema and the record, and nothing else', async () => {
  for (const { topic, magic, schemaId, readToTheEnd, schemaName } of read) {
    const answer = await fetch(`${stack.schemaRegistryUrl}/subjects/${topic}-value/versions/latest`)
    const { id } = (await answer.json()) as { id: number }
    assert.deepEqual([magic, schemaId, readToTheEnd], [0, id, true])
    assert.match(schemaName, /^gitlab_bridge\./)
  }
})

test('every record is in the partition that Kafka’s own murmur2 gives for its key', () => {
  assert.ok(new Set(read.map(({ partition }) => partition)).size === 6, 'the keys reach every partition')
  for (const { key, partition, partitionByMurmur2 } of read)
    assert.equal(partition, partitionByMurmur2, `key ${key}`)
})

test('Kafka’s own client reads the same fields, headers and times as our own reader', async () => {
  const place = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }) =>
    `${topic}/${partition}/${offset}`
  const byPlace = new Map(read.map((record) => [place(record), record]))
  for (const event of events) {
    const records = await recordsOf(stack, event)
    assert.ok(records.length > 0, event)
    for (const { value, ...ours } of records) {
      const theirs = byPlace.get(place(ours))
      const { timestamp, key, headers } = ours
      assert.deepEqual(
        { timestamp: theirs?.timestamp, key: theirs?.key, headers: theirs?.headers },
        { timestamp, key, headers },
      )
      assert.deepEqual(
        theirs?.value,
        JSON.parse(JSON.stringify({ ...value, raw: value.raw.toString('base64') })),
      )
    }
  }
})
