import kafkajs, { type Admin } from 'kafkajs'

/** One setting of an existing topic. */
export interface SettingState {
  value: string
  /** The value was set on the topic itself. Otherwise it is a default of the broker. */
  isOwn: boolean
}

/** A topic as it exists in Kafka. */
export interface TopicState {
  topic: string
  partitions: number
  /** Number of replicas of the partition that has the fewest. */
  replicas: number
  settings: Readonly<Record<string, SettingState>>
}

/** The part of a cluster that `bridge setup` compares with its settings. */
export interface ClusterState {
  /** Number of brokers. */
  brokers: number
  /** By name; only topics that exist. */
  topics: ReadonlyMap<string, TopicState>
}

/** DYNAMIC_TOPIC_CONFIG in the protocol of Kafka: the value was set on the topic itself. */
const topicConfigSource = 1

/** Reads which of these topics exist, and their settings. */
export const readClusterState = async (admin: Admin, names: readonly string[]): Promise<ClusterState> => {
  const { brokers } = await admin.describeCluster()
  const wanted = new Set(names)
  const existing = (await admin.fetchTopicMetadata()).topics.filter(({ name }) => wanted.has(name))
  const settings = await readSettings(
    admin,
    existing.map(({ name }) => name),
  )
  const topics = existing.map(({ name, partitions }): [string, TopicState] => [
    name,
    {
      topic: name,
      partitions: partitions.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      settings: settings.get(name) ?? {},
    },
  ])
  return { brokers: brokers.length, topics: new Map(topics) }
}

const readSettings = async (
  admin: Admin,
  topics: readonly string[],
): Promise<Map<string, TopicState['settings']>> => {
  if (topics.length === 0) return new Map()
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  })
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(
        configEntries.map(({ configName, configValue, configSource }) => [
          configName,
          { value: configValue, isOwn: Number(configSource) === topicConfigSource },
        ]),
      ),
    ]),
  )
}
