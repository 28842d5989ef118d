import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import type { z } from 'zod'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { catalogue, eventTypes, type Retention } from '../../schemas/catalogue.ts'
import type { Names } from '../../schemas/topics.ts'
import type { topicVariables } from '../variables/topic-variables.ts'

type TopicSettings = z.output<typeof topicVariables>

interface Topic {
  topic: string
  numPartitions: number
  config: Readonly<Record<string, string>>
}

/** GitLab's largest hook is 25 MiB; the record around it is larger. */
const maxMessageBytes = 32 * 1024 * 1024

const commonConfig = (settings: TopicSettings) => ({
  'max.message.bytes': String(maxMessageBytes),
  'compression.type': settings.KAFKA_COMPRESSION_TYPE,
})

/** Every topic but the retry topics. */
export const topicsOf = (settings: TopicSettings, names: Names, workers: readonly Consumer[]): Topic[] => {
  const common = commonConfig(settings)
  const retentionDays: Record<Retention, string> = {
    history: settings.KAFKA_RETENTION_HISTORY_DAYS,
    activity: settings.KAFKA_RETENTION_ACTIVITY_DAYS,
    pipelines: settings.KAFKA_RETENTION_PIPELINES_DAYS,
  }
  const events = eventTypes.map((event) => ({
    topic: names.topic(event),
    numPartitions: settings.KAFKA_TOPIC_PARTITIONS,
    config: {
      ...common,
      'cleanup.policy': 'delete',
      'retention.ms': millis(retentionDays[catalogue[event].retention]),
    },
  }))
  // Keyed by where a record came from; settled ones are deleted by tombstones, so nothing else may expire.
  const deadLetters = workers.map(({ name }) => ({
    topic: names.deadLetterTopic(name),
    numPartitions: 1,
    config: { ...common, 'cleanup.policy': 'compact' },
  }))
  const rawChunks = {
    topic: names.rawChunksTopic,
    numPartitions: settings.KAFKA_TOPIC_PARTITIONS,
    // Kept as long as the longest kept record that may need them.
    config: {
      ...common,
      'cleanup.policy': 'delete',
      'retention.ms': millis(settings.KAFKA_RETENTION_HISTORY_DAYS),
    },
  }
  const canary = {
    topic: names.canaryTopic,
    numPartitions: 1,
    config: { 'cleanup.policy': 'delete', 'retention.ms': '3600000', 'segment.ms': '600000' },
  }
  // Who took what back from the dead letters, or threw it away: never deleted.
  const operations = {
    topic: names.operationsTopic,
    numPartitions: 1,
    config: { ...common, 'cleanup.policy': 'delete', 'retention.ms': millis('forever') },
  }
  return [...events, ...deadLetters, operations, rawChunks, canary]
}

/** Where a worker gets back what was taken from its dead letters; partitioned like the events, so that it meets the same process. */
export const retryTopicsOf = (settings: TopicSettings, names: Names, workers: readonly Consumer[]): Topic[] =>
  workers.map(({ name }) => ({
    topic: names.retryTopic(name),
    numPartitions: settings.KAFKA_TOPIC_PARTITIONS,
    config: {
      ...commonConfig(settings),
      'cleanup.policy': 'delete',
      // The events may be old: their own time would have them deleted at once.
      'message.timestamp.type': 'LogAppendTime',
      'retention.ms': millis('30'),
    },
  }))

const millis = (duration: string): string =>
  duration === 'forever' ? '-1' : String(Number(duration) * 86_400_000)

/** Creates what is missing and sets our limits on what is there; an operator's own settings stay. */
export const createTopics = async (
  kafka: Kafka,
  settings: TopicSettings,
  topics: readonly Topic[],
): Promise<{ created: number; changed: number; kept: number }> => {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    const replicationFactor = settings.KAFKA_REPLICATION_FACTOR ?? Math.min(3, brokers.length)
    const existing = new Set(await admin.listTopics())
    const missing = topics.filter(({ topic }) => !existing.has(topic))
    await admin.createTopics({
      waitForLeaders: false,
      timeout: 20_000,
      topics: missing.map(({ topic, numPartitions, config }) => ({
        topic,
        numPartitions,
        replicationFactor,
        configEntries: Object.entries(durable(config, replicationFactor)).map(([name, value]) => ({
          name,
          value,
        })),
      })),
    })
    await untilLed(
      admin,
      missing.map(({ topic }) => topic),
    )
    const present = topics.filter(({ topic }) => existing.has(topic))
    const changed = await alterTopics(admin, present)
    return { created: missing.length, changed, kept: present.length - changed }
  } catch (error) {
    throw new RetriableError(`topics could not be set up: ${messageOf(error)}`, { cause: error })
  } finally {
    await admin.disconnect()
  }
}

// The client's own waiting gives up, loudly, when a broker has not heard of a new topic yet.
const untilLed = async (admin: Admin, topics: readonly string[]) => {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(100)) {
    const { topics: known } = await admin.fetchTopicMetadata()
    const led = new Set(
      known.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0)).map(({ name }) => name),
    )
    if (topics.every((topic) => led.has(topic))) return
  }
  throw new Error('some topics still have no leader')
}

/** With three replicas an acknowledged record is on two of them at least. */
const durable = (config: Topic['config'], replicationFactor: number) =>
  replicationFactor >= 3 ? { ...config, 'min.insync.replicas': '2' } : config

const alterTopics = async (admin: Admin, topics: readonly Topic[]): Promise<number> => {
  if (topics.length === 0) return 0
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ topic }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic })),
  })
  // The request replaces all of a topic's own settings, so those that are not ours go along.
  const changes = topics.flatMap(({ topic, config }) => {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? []
    const own = Object.fromEntries(
      entries
        .filter(({ configSource }) => Number(configSource) === topicConfigSource)
        .map(({ configName, configValue }) => [configName, configValue]),
    )
    const wanted: Record<string, string> = { ...own, ...config }
    const differs = Object.entries(wanted).some(([name, value]) => own[name] !== value)
    const configEntries = Object.entries(wanted).map(([name, value]) => ({ name, value }))
    return differs ? [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }] : []
  })
  if (changes.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changes })
  return changes.length
}

/** DYNAMIC_TOPIC_CONFIG of the protocol: set on the topic itself. */
const topicConfigSource = 1
