import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkajsCluster } from './cluster.ts'
import { partitionName } from './partition-name.ts'
import { type PartitionMetadata, requestMetadata } from './request-metadata.ts'

/** How many brokers are asked, and how many answers are sufficient. */
const asked = 3
const sufficient = 2
/** After this time the answers that have come must do, in milliseconds: a broker may be away. */
const limitMs = 1000

/**
 * Compares the leaders that the client knows with those that the brokers name now, and corrects the client. A
 * broker that was frozen believes for a moment after it goes on that it still leads its partitions. Until it
 * has learned better, it names itself and answers with an old end. The other brokers know a newer epoch.
 *
 * @param topics must exist, and the client must have loaded them
 */
export const correctLeaders = async (cluster: KafkajsCluster, topics: readonly string[]): Promise<void> => {
  // A broker that is alone has no other that could lead instead of it.
  if (topics.length === 0 || cluster.brokerPool.getNodeIds().length < 2) return
  const present = newestOf(await askBrokers(cluster, topics))
  for (const topic of topics)
    for (const known of cluster.findTopicPartitionMetadata(topic)) {
      const leader = present.get(partitionName({ topic, partition: known.partitionId }))?.leader
      if (leader !== undefined && leader >= 0) known.leader = leader
    }
}

/** The answers of some brokers. Brokers that do not answer are left out. */
const askBrokers = async (
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<PartitionMetadata[][]> => {
  const answers: PartitionMetadata[][] = []
  const { promise: isSufficient, resolve } = Promise.withResolvers<void>()
  const ask = async (nodeId: string) => {
    const metadata = await requestMetadata(await cluster.findBroker({ nodeId }), topics)
    answers.push(metadata.topics.flatMap(({ partitions }) => partitions))
    if (answers.length >= sufficient) resolve()
  }
  const asking = someOf(cluster.brokerPool.getNodeIds()).map(ask)
  await Promise.race([Promise.allSettled(asking), isSufficient, sleep(limitMs, undefined, { ref: false })])
  return [...answers]
}

const someOf = (nodeIds: readonly string[]): string[] =>
  nodeIds
    .map((nodeId) => ({ nodeId, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .slice(0, asked)
    .map(({ nodeId }) => nodeId)

/** Of each partition what was said with the highest epoch, by the name of the partition. */
const newestOf = (answers: readonly (readonly PartitionMetadata[])[]): Map<string, PartitionMetadata> => {
  const newest = new Map<string, PartitionMetadata>()
  for (const partition of answers.flat()) {
    const name = partitionName(partition)
    const other = newest.get(name)
    if (other === undefined || partition.epoch > other.epoch) newest.set(name, partition)
  }
  return newest
}
