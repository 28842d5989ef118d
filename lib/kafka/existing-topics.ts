import type { KafkajsCluster } from './cluster.ts'
import { describeTopics } from './describe-topics.ts'
import type { TopicPartition } from './partition-name.ts'

const limitMs = 5000

/**
 * Selects the topics that exist and loads their partitions into the cluster. A topic that does not exist must
 * not be added to the cluster, because every later request of the cluster would fail.
 */
export const existingTopics = async (
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<string[]> => {
  const known = await forgetDeletedTopics(cluster, topics)
  const existing = topics.filter((topic) => known.has(topic))
  await cluster.addMultipleTargetTopics(existing)
  await cluster.refreshMetadataIfNecessary()
  return existing
}

/**
 * Removes deleted topics from the cluster, because every later request of the cluster would fail.
 *
 * @returns the names of those topics that exist, of the given ones and of those that the cluster had
 */
export const forgetDeletedTopics = async (
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<Set<string>> => {
  const asked = new Set([...cluster.targetTopics, ...topics])
  const known = await describeTopics(cluster, [...asked], limitMs)
  for (const topic of asked) if (!known.has(topic)) cluster.targetTopics.delete(topic)
  return new Set(known.keys())
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
