import type { KafkajsCluster } from './cluster.ts'
import { leaderOf, partitionsOf } from './existing-topics.ts'
import { partitionName, type TopicPartition } from './partition-name.ts'
import { retryTransient } from './retry-transient.ts'

/** The range of offsets in a partition. */
export interface LogEnds extends TopicPartition {
  /** The offset of the oldest record. */
  low: number
  /** The offset that the next record will get. */
  high: number
  /** The id of the broker that leads the partition. */
  leader: number | undefined
}

export type PartitionOffset = TopicPartition & { offset: number }

export const readEnds = async (cluster: KafkajsCluster, topics: readonly string[]): Promise<LogEnds[]> => {
  const partitions = await partitionsOf(cluster, topics)
  const [lows, highs] = await Promise.all([
    listOffsets(cluster, partitions, { fromBeginning: true }),
    listOffsets(cluster, partitions, { fromBeginning: false }),
  ])
  const lowOf = new Map(lows.map((low) => [partitionName(low), low.offset]))
  return highs.map(({ topic, partition, offset }) => ({
    topic,
    partition,
    low: lowOf.get(partitionName({ topic, partition })) ?? 0,
    high: offset,
    leader: leaderOf(cluster, { topic, partition }),
  }))
}

/** @param time in milliseconds since 1970 */
export const readOffsetsAt = async (
  cluster: KafkajsCluster,
  topics: readonly string[],
  time: number,
): Promise<PartitionOffset[]> => {
  const [found, ends] = await Promise.all([
    listOffsets(cluster, await partitionsOf(cluster, topics), { fromTimestamp: time }),
    readEnds(cluster, topics),
  ])
  const highOf = new Map(ends.map((end) => [partitionName(end), end.high]))
  // A negative offset says that no record is that new.
  return found.map((position) =>
    position.offset >= 0 ? position : { ...position, offset: highOf.get(partitionName(position)) ?? 0 },
  )
}

const listOffsets = async (
  cluster: KafkajsCluster,
  partitionsByTopic: Map<string, TopicPartition[]>,
  position: { fromBeginning: boolean } | { fromTimestamp: number },
): Promise<PartitionOffset[]> => {
  const query = [...partitionsByTopic].map(([topic, partitions]) => ({ topic, partitions, ...position }))
  if (query.length === 0) return []
  const answer = await retryTransient(cluster, () => cluster.fetchTopicsOffset(query))
  return answer.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
  )
}
