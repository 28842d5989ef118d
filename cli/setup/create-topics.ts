import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Topic, TopicSettings } from './topic-list.ts'

/** How long brokers may take to create topics and to elect their leaders, in milliseconds. */
const createLimitMs = 20_000

/**
 * Creates the topics that are missing, and sets our configuration on those that exist. Other configuration
 * that an operator has set on a topic stays as it is.
 *
 * @returns numbers of topics
 * @throws RetriableError
 */
export const createTopics = async (
  kafka: Kafka,
  settings: TopicSettings,
  topics: readonly Topic[],
): Promise<{ created: number; changed: number; kept: number }> => {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const existing = new Set(await admin.listTopics())
    const missing = topics.filter(({ topic }) => !existing.has(topic))
    await createMissing(admin, missing, settings.KAFKA_REPLICATION_FACTOR)
    const present = topics.filter(({ topic }) => existing.has(topic))
    const changed = await alterTopics(admin, present)
    return { created: missing.length, changed, kept: present.length - changed }
  } catch (error) {
    throw new RetriableError(`The topics could not be created: ${messageOf(error)}`, { cause: error })
  } finally {
    await admin.disconnect()
  }
}

const createMissing = async (admin: Admin, topics: readonly Topic[], replicas: number | undefined) => {
  const { brokers } = await admin.describeCluster()
  const replicationFactor = replicas ?? Math.min(3, brokers.length)
  await admin.createTopics({
    // The client's own wait ends with an error if a broker does not know a new topic yet.
    waitForLeaders: false,
    timeout: createLimitMs,
    topics: topics.map(({ topic, numPartitions, config }) => ({
      topic,
      numPartitions,
      replicationFactor,
      configEntries: entriesOf(withMinInSync(config, replicationFactor)),
    })),
  })
  await waitForLeaders(
    admin,
    topics.map(({ topic }) => topic),
  )
}

const waitForLeaders = async (admin: Admin, topics: readonly string[]) => {
  for (const deadline = Date.now() + createLimitMs; Date.now() < deadline; await sleep(100)) {
    const { topics: known } = await admin.fetchTopicMetadata()
    const ready = known.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0))
    const names = new Set(ready.map(({ name }) => name))
    if (topics.every((topic) => names.has(topic))) return
  }
  throw new Error(`some topics have no leader after ${createLimitMs / 1000} s`)
}

/** With three replicas, at least two of them must have a record before it is acknowledged. */
const withMinInSync = (config: Topic['config'], replicationFactor: number): Topic['config'] =>
  replicationFactor >= 3 ? { ...config, 'min.insync.replicas': '2' } : config

const entriesOf = (config: Topic['config']) =>
  Object.entries(config).map(([name, value]) => ({ name, value }))

/** DYNAMIC_TOPIC_CONFIG in the protocol of Kafka: the value was set on the topic itself. */
const topicConfigSource = 1

/** @returns how many topics had to be changed */
const alterTopics = async (admin: Admin, topics: readonly Topic[]): Promise<number> => {
  if (topics.length === 0) return 0
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ topic }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic })),
  })
  const changes = topics.flatMap(({ topic, config }) => {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? []
    const ownEntries = entries.filter(({ configSource }) => Number(configSource) === topicConfigSource)
    const own = Object.fromEntries(ownEntries.map(({ configName, configValue }) => [configName, configValue]))
    // The request replaces the whole configuration of a topic, so what the operator has set must be a part of
    // it.
    const wanted: Record<string, string> = { ...own, ...config }
    const differs = Object.entries(wanted).some(([name, value]) => own[name] !== value)
    const change = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: entriesOf(wanted) }
    return differs ? [change] : []
  })
  if (changes.length > 0) await admin.alterConfigs({ validateOnly: false, resources: changes })
  return changes.length
}
