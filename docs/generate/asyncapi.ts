import { readFileSync } from 'node:fs'
import { wireSchema } from '../../schemas/load.ts'
import { headersSchema } from './asyncapi-headers.ts'
import { type Description, defaultPartitions, describeEvents } from './describe.ts'
import { jsonOf, withoutCodeMarks } from './example-json.ts'

const { version, license } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as Record<string, string>

const avroFormat = 'application/vnd.apache.avro;version=1.9.0'

/** The contract as AsyncAPI 3: https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export const generateAsyncApi = (events: readonly Description[] = describeEvents()): string => {
  const shapes = [...new Set(events.map(({ shape }) => shape))].sort()
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'gitlab-kafka-bridge',
      version,
      description: introduction,
      license: { name: license },
    },
    defaultContentType: 'application/avro',
    channels: Object.fromEntries(events.map((event) => [event.event, channelOf(event)])),
    operations: Object.fromEntries(events.map((event) => [`publish_${event.event}`, operationOf(event)])),
    components: {
      messages: Object.fromEntries(events.map((event) => [event.event, messageOf(event)])),
      schemas: {
        headers: headersSchema,
        ...Object.fromEntries(
          shapes.map((shape) => [shape, { schemaFormat: avroFormat, schema: JSON.parse(wireSchema(shape)) }]),
        ),
      },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const introduction = [
  'Every GitLab hook as a typed Avro record on a Kafka topic for its event.',
  'Topics are named without KAFKA_TOPIC_PREFIX. A prefix comes before every topic and subject.',
  "Values are in Confluent's wire format: 0x00, schema id (4 bytes, big endian), Avro.",
  'The subject of a topic is <topic>-value, with the compatibility FULL_TRANSITIVE.',
  'Delivery is at least once: delivery.id is equal when one delivery arrives twice,',
  'delivery.fact_id when one fact arrives by several hooks.',
  "GitLab's event build is named job.",
  'Examples show unions without their branch, times as milliseconds since 1970, and raw shortened.',
].join('\n')

const channelOf = ({ event, topic, meaning, retention, key }: Description) => ({
  address: topic,
  title: event,
  description: [
    meaning,
    `Key: ${withoutCodeMarks(key)}. Kept ${withoutCodeMarks(retention.sentence)}.`,
    `With KAFKA_TOPIC_PREFIX set, the topic is the prefix followed by ${topic}.`,
  ].join('\n\n'),
  messages: { [event]: { $ref: `#/components/messages/${event}` } },
  bindings: {
    kafka: {
      topic,
      partitions: defaultPartitions,
      topicConfiguration: {
        'cleanup.policy': ['delete'],
        'retention.ms': retention.days === 'forever' ? -1 : retention.days * 86_400_000,
      },
      bindingVersion: '0.5.0',
      'x-retention-class': retention.class,
      'x-partitions-note':
        'The default of KAFKA_TOPIC_PARTITIONS. A key is in the same partition of every topic.',
    },
  },
})

const operationOf = ({ event, meaning }: Description) => ({
  action: 'send',
  channel: { $ref: `#/channels/${event}` },
  summary: meaning.split(/(?<=\.) /)[0],
  messages: [{ $ref: `#/channels/${event}/messages/${event}` }],
})

const messageOf = ({ event, shape, meaning, doc, sentBy, key, fact, times, example }: Description) => ({
  name: event,
  title: event,
  summary: meaning.split(/(?<=\.) /)[0],
  description: [
    meaning,
    `Sent by ${withoutCodeMarks(sentBy.join(' and '))}. GitLab: ${doc}`,
    factSentence(fact),
    times.length === 0
      ? 'delivery.occurred_at is null, because GitLab does not say when it happened.'
      : `delivery.occurred_at is taken from ${times.join(', ')}.`,
  ].join('\n\n'),
  contentType: 'application/avro',
  externalDocs: { url: doc },
  headers: { $ref: '#/components/schemas/headers' },
  payload: { $ref: `#/components/schemas/${shape}` },
  bindings: {
    kafka: {
      key: { type: 'string', description: withoutCodeMarks(key), examples: [example.key] },
      schemaIdLocation: 'payload',
      schemaIdPayloadEncoding: 'confluent',
      schemaLookupStrategy: 'TopicNameStrategy',
      bindingVersion: '0.5.0',
    },
  },
  examples: [{ name: event, headers: example.headers, payload: jsonOf(example.record) }],
})

const factSentence = (fact: Description['fact']): string => {
  if (fact === null) return 'delivery.fact_id is delivery.id, because nothing else identifies the fact.'
  const weaker = fact.weaker.map(({ without, basis }) => `, or ${basis} if ${without} is null`).join('')
  return `delivery.fact_id is made from ${fact.fields.join(', ')}; the basis is ${fact.basis}${weaker}.`
}
