import { readFileSync } from 'node:fs'
import { wireSchema } from '../../schemas/load.ts'
import { type Description, defaultPartitions, describeEvents } from './describe.ts'
import { escapeless, jsonOf } from './example-json.ts'

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
        headers,
        ...Object.fromEntries(
          shapes.map((shape) => [shape, { schemaFormat: avroFormat, schema: JSON.parse(wireSchema(shape)) }]),
        ),
      },
    },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const introduction = [
  'Every GitLab hook as a typed Avro record on its own Kafka topic.',
  'Topics are given without KAFKA_TOPIC_PREFIX: where the bridge is run with one, it goes before every topic and subject.',
  "Values are in Confluent's wire format: 0x00, schema id (4 bytes, big endian), Avro. The subject of a topic is <topic>-value, compatibility FULL_TRANSITIVE.",
  'Delivery is at least once: delivery.id is the same when one delivery comes twice, delivery.fact_id when one fact comes by several hooks.',
  "GitLab's build is called job here. Examples show unions without their branch, times as milliseconds since 1970, and raw shortened.",
].join('\n')

const channelOf = ({ event, topic, meaning, retention, key }: Description) => ({
  address: topic,
  title: event,
  description: `${meaning}\n\nKey: ${escapeless(key)}. Kept ${escapeless(retention.sentence)}. With KAFKA_TOPIC_PREFIX set, the topic is the prefix followed by ${topic}.`,
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
        'The default of KAFKA_TOPIC_PARTITIONS, the same for all topics; equal keys are in equal partitions.',
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
    `Sent by ${escapeless(sentBy.join(' and '))}. GitLab: ${doc}`,
    fact === null
      ? 'delivery.fact_id is delivery.id: nothing else names the fact.'
      : `delivery.fact_id is made of ${fact.fields.join(', ')}; basis ${fact.basis}${fact.weaker.map(({ without, basis }) => `, ${basis} without ${without}`).join('')}.`,
    times.length === 0
      ? 'delivery.occurred_at is null: GitLab does not say.'
      : `delivery.occurred_at is taken from ${times.join(', ')}.`,
  ].join('\n\n'),
  contentType: 'application/avro',
  externalDocs: { url: doc },
  headers: { $ref: '#/components/schemas/headers' },
  payload: { $ref: `#/components/schemas/${shape}` },
  bindings: {
    kafka: {
      key: { type: 'string', description: escapeless(key), examples: [example.key] },
      schemaIdLocation: 'payload',
      schemaIdPayloadEncoding: 'confluent',
      schemaLookupStrategy: 'TopicNameStrategy',
      bindingVersion: '0.5.0',
    },
  },
  examples: [{ name: event, headers: example.headers, payload: jsonOf(example.record) }],
})

const headers = {
  type: 'object',
  description:
    'CloudEvents 1.0 in the binary mode of its Kafka binding, and W3C trace context. All values are text.',
  required: [
    'ce_specversion',
    'ce_id',
    'ce_source',
    'ce_type',
    'ce_time',
    'ce_subject',
    'content-type',
    'traceparent',
  ],
  additionalProperties: false,
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', description: 'delivery.id.' },
    ce_source: {
      type: 'string',
      description: 'Base URL of the GitLab instance; /hooks/<source> where it is not known.',
    },
    ce_type: {
      type: 'string',
      description: 'com.gitlab. and the event type.',
      pattern: '^com\\.gitlab\\.[a-z_]+$',
    },
    ce_time: {
      type: 'string',
      format: 'date-time',
      description: 'delivery.occurred_at, else delivery.received_at.',
    },
    ce_subject: { type: 'string', description: 'The key of the message.' },
    'content-type': { type: 'string', const: 'application/avro' },
    traceparent: {
      type: 'string',
      description: "The sender's trace, or one that begins here.",
      pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$',
    },
  },
}
