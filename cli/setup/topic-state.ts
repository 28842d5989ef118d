import kafkajs, { type Admin } from 'kafkajs'
import type { KafkajsCluster } from '../../lib/kafka/cluster.ts'
import { describeCluster, describeTopics } from '../../lib/kafka/describe-topics.ts'

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

/** kafkajs's own client for administration, and ours for what it cannot ask. Both are connected. */
export interface SetupClients {
  admin: Admin
  cluster: KafkajsCluster
}

/** DYNAMIC_TOPIC_CONFIG in the protocol of Kafka: the value was set on the topic itself. */
const topicConfigSource = 1

/** Reads which of these topics exist, and their settings. */
export const readClusterState = async (
  { admin, cluster }: SetupClients,
  names: readonly string[],
): Promise<ClusterState> => {
  const { brokers } = await describeCluster(cluster)
  const existing = await describeTopics(cluster, names)
  const settings = await readSettings(admin, [...existing.keys()])
  const topics = [...existing.values()].map(({ topic, partitions }): [string, TopicState] => [
    topic,
    {
      topic,
      partitions: partitions.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      settings: settings.get(topic) ?? {},
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
