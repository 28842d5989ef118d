// Prints pushes as JSON lines. KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… node consume.ts [records] [seconds]
import avsc, { type Type } from 'avsc'
import { Kafka, logLevel } from 'kafkajs'

interface Push {
  delivery: { id: string; event_type: string; received_at: number }
  ref: string
  user_username: string | null
  commits: { id: string }[]
}

const { KAFKA_BROKERS = 'localhost:9092', SCHEMA_REGISTRY_URL = 'http://localhost:8081' } = process.env
const { KAFKA_TOPIC_PREFIX = '' } = process.env
const [records = 10, seconds = 30] = process.argv.slice(2).map(Number)

const types = new Map<number, Promise<Type>>()

const fetchType = async (id: number): Promise<Type> => {
  const response = await fetch(`${SCHEMA_REGISTRY_URL}/schemas/ids/${id}`)
  if (!response.ok) throw new Error(`the registry answers ${response.status} for schema ${id}`)
  const { schema } = (await response.json()) as { schema: string }
  return avsc.Type.forSchema(JSON.parse(schema))
}

/** Byte 0 is zero, bytes 1 to 4 are the id of the schema, the rest is Avro. */
const decode = async (value: Buffer): Promise<Push> => {
  if (value[0] !== 0) throw new Error('not in Confluent wire format')
  const id = value.readInt32BE(1)
  if (!types.has(id)) types.set(id, fetchType(id))
  const type = (await types.get(id)) as Type
  return type.fromBuffer(value.subarray(5)) as Push
}

const kafka = new Kafka({ clientId: 'example', brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: `${KAFKA_TOPIC_PREFIX}example-typescript` })
await consumer.connect()
const topics = ['push', 'tag_push'].map((event) => `${KAFKA_TOPIC_PREFIX}gitlab.${event}`)
await consumer.subscribe({ topics, fromBeginning: true })

await new Promise<void>((resolve, reject) => {
  let left = records
  setTimeout(resolve, seconds * 1000).unref()
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => restart || reject(error))
  consumer.run({
    autoCommit: false, // the offset moves after the record is handled
    eachMessage: async ({ topic, partition, message: { key, value, offset } }) => {
      if (value === null || left === 0) return
      const { delivery, ref, user_username, commits } = await decode(value)
      const { event_type: event, id, received_at } = delivery
      const time = new Date(received_at).toISOString()
      const push = { delivery: id, time, ref, user_username, commits: commits.length }
      console.log(JSON.stringify({ key: String(key), event, ...push }))
      await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }])
      left -= 1
      if (left === 0) resolve()
    },
  })
})
await consumer.disconnect()
