import type { KafkajsCluster } from './cluster.ts'
import { leaderOf, partitionsOf } from './existing-topics.ts'
import { partitionName, type TopicPartition } from './partition-name.ts'
import { correctLeaders } from './present-leaders.ts'
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

/** The answer comes from the present leader of each partition. */
export const readEnds = async (cluster: KafkajsCluster, topics: readonly string[]): Promise<LogEnds[]> => {
  const partitions = await partitionsOf(cluster, topics)
  const [lows, highs] = await askLeaders(cluster, partitions, () =>
    Promise.all([
      listOffsets(cluster, partitions, { fromBeginning: true }),
      listOffsets(cluster, partitions, { fromBeginning: false }),
    ]),
  )
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
  const partitions = await partitionsOf(cluster, topics)
  const [found, ends] = await Promise.all([
    askLeaders(cluster, partitions, () => listOffsets(cluster, partitions, { fromTimestamp: time })),
    readEnds(cluster, topics),
  ])
  const highOf = new Map(ends.map((end) => [partitionName(end), end.high]))
  // A negative offset says that no record is that new.
  return found.map((position) =>
    position.offset >= 0 ? position : { ...position, offset: highOf.get(partitionName(position)) ?? 0 },
  )
}

type PartitionsByTopic = ReadonlyMap<string, readonly TopicPartition[]>

/** How long the brokers may need to agree on the leaders, in milliseconds. */
const agreeLimitMs = 20_000

/**
 * Repeats a question to the leaders of partitions until those that answered are the present ones.
 *
 * @throws Error if the brokers do not agree in time
 */
const askLeaders = async <T>(
  cluster: KafkajsCluster,
  partitionsByTopic: PartitionsByTopic,
  ask: () => Promise<T>,
): Promise<T> => {
  const partitions = [...partitionsByTopic.values()].flat()
  const deadline = performance.now() + agreeLimitMs
  for (;;) {
    const before = partitions.map((partition) => leaderOf(cluster, partition))
    const answer = await ask()
    await correctLeaders(cluster, [...partitionsByTopic.keys()])
    const wrong = partitions.filter((partition, index) => leaderOf(cluster, partition) !== before[index])
    if (wrong.length === 0) return answer
    if (performance.now() > deadline)
      throw new Error(
        `the brokers do not agree on who leads ${wrong.slice(0, 3).map(partitionName).join(', ')}`,
      )
  }
}

const listOffsets = async (
  cluster: KafkajsCluster,
  partitionsByTopic: PartitionsByTopic,
  position: { fromBeginning: boolean } | { fromTimestamp: number },
): Promise<PartitionOffset[]> => {
  const query = [...partitionsByTopic].map(([topic, partitions]) => ({
    topic,
    partitions: [...partitions],
    ...position,
  }))
  if (query.length === 0) return []
  const answer = await retryTransient(cluster, () => cluster.fetchTopicsOffset(query))
  return answer.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
  )
}
