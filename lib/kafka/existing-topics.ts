import type { KafkajsCluster } from './cluster.ts'
import type { TopicPartition } from './partition-name.ts'
import { retryTransient } from './retry-transient.ts'

const limitMs = 5000

/**
 * Selects the topics that exist and loads their partitions into the cluster. A topic that does not exist must
 * not be added to the cluster, because every later request of the cluster would fail.
 */
export const existingTopics = async (
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<string[]> => {
  const known = await forgetDeletedTopics(cluster)
  const existing = topics.filter((topic) => known.has(topic))
  await cluster.addMultipleTargetTopics(existing)
  await cluster.refreshMetadataIfNecessary()
  return existing
}

/**
 * Removes deleted topics from the cluster, because every later request of the cluster would fail.
 *
 * @returns the names of all topics that exist
 */
export const forgetDeletedTopics = async (cluster: KafkajsCluster): Promise<Set<string>> => {
  const known = await retryTransient(cluster, () => readTopicNames(cluster), limitMs)
  for (const topic of cluster.targetTopics) if (!known.has(topic)) cluster.targetTopics.delete(topic)
  return known
}

/** The names of all topics of the cluster. @throws Error while no broker answers */
export const readTopicNames = async (cluster: KafkajsCluster): Promise<Set<string>> =>
  new Set((await readMetadata(cluster)).topicMetadata.map(({ topic }) => topic))

/** The id of the cluster; an empty text where the brokers do not say it. */
export const readClusterId = async (cluster: KafkajsCluster): Promise<string> =>
  (await readMetadata(cluster)).clusterId ?? ''

const readMetadata = async (cluster: KafkajsCluster) => {
  const answer = await cluster.metadata()
  if (answer === null) throw Object.assign(new Error('no broker answers'), { retriable: true })
  return answer
}

/** The partitions of the topics that exist, by topic. */
export const partitionsOf = async (
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<Map<string, TopicPartition[]>> => {
  const existing = await existingTopics(cluster, topics)
  return new Map(
    existing.map((topic) => [
      topic,
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ topic, partition: partitionId })),
    ]),
  )
}

/** The id of the broker that leads a partition; undefined if the cluster does not know the partition. */
export const leaderOf = (cluster: KafkajsCluster, { topic, partition }: TopicPartition): number | undefined =>
  cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition)?.leader
