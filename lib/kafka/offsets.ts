import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { createKafkajsCluster, type KafkajsCluster } from './cluster.ts'
import { partitionName } from './partition-name.ts'

export interface TopicPartition {
  topic: string
  partition: number
}

/** Where a group goes on in a partition. */
export interface CommittedOffset extends TopicPartition {
  /** The next to be handled; undefined where nothing is committed, or no longer. */
  offset: number | undefined
  /** There was one, but the log does not reach that far: a kafkajs client that meets that commits -2 in its place. */
  isOutOfRange?: true
  /** What was committed with it; empty where nothing was. */
  metadata: string
}

/** Nothing is committed, or no longer. Where it was out of range there was something. */
export const isMissing = ({ offset, isOutOfRange }: CommittedOffset): boolean =>
  offset === undefined && !isOutOfRange

/** What a partition holds: `low` is the oldest record's offset, `high` the one the next record will get. */
export interface LogEnds extends TopicPartition {
  low: number
  high: number
  /** The broker that leads it. */
  leader: number | undefined
}

/** Offsets of logs and groups, for whoever is no member of the group. Topics that do not exist are left out. */
export interface Offsets {
  ends(topics: readonly string[]): Promise<LogEnds[]>
  /** The offset of the first record at or after a time (milliseconds since 1970); the end where there is none. */
  at(topics: readonly string[], time: number): Promise<(TopicPartition & { offset: number })[]>
  committed(group: string, topics: readonly string[]): Promise<CommittedOffset[]>
  /** @throws Error of type UNKNOWN_MEMBER_ID while the group has members: the brokers refuse it */
  commit(group: string, offsets: readonly (TopicPartition & { offset: number })[]): Promise<void>
  /** How many members a group has. */
  members(group: string): Promise<number>
  close(): Promise<void>
}

/** Connects; `close` disconnects. */
export const openOffsets = async (kafka: Kafka): Promise<Offsets> => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()

  const list = async (
    partitions: Map<string, TopicPartition[]>,
    position: { fromBeginning: boolean } | { fromTimestamp: number },
  ) => {
    const query = [...partitions].map(([topic, of]) => ({ topic, partitions: of, ...position }))
    const answer = query.length === 0 ? [] : await patiently(cluster, () => cluster.fetchTopicsOffset(query))
    return answer.flatMap(({ topic, partitions: of }) =>
      of.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    )
  }

  const ends = async (topics: readonly string[]) => {
    const partitions = await partitionsOf(cluster, topics)
    const [lows, highs] = await Promise.all([
      list(partitions, { fromBeginning: true }),
      list(partitions, { fromBeginning: false }),
    ])
    const lowOf = new Map(lows.map((low) => [partitionName(low), low.offset]))
    return highs.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      low: lowOf.get(partitionName({ topic, partition })) ?? 0,
      high: offset,
      leader: cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition)
        ?.leader,
    }))
  }

  return {
    ends,
    at: async (topics, time) => {
      const [found, last] = await Promise.all([
        list(await partitionsOf(cluster, topics), { fromTimestamp: time }),
        ends(topics),
      ])
      const highOf = new Map(last.map((end) => [partitionName(end), end.high]))
      return found.map((position) =>
        position.offset >= 0 ? position : { ...position, offset: highOf.get(partitionName(position)) ?? 0 },
      )
    },
    committed: async (group, topics) => {
      const partitions = await partitionsOf(cluster, topics)
      const request = {
        groupId: group,
        topics: [...partitions].map(([topic, of]) => ({ topic, partitions: of })),
      }
      const { responses } = await patiently(cluster, async () =>
        (await cluster.findGroupCoordinator({ groupId: group })).offsetFetch(request),
      )
      return responses.flatMap(({ topic, partitions: of }) =>
        of.map(({ partition, offset, metadata }) => ({
          topic,
          partition,
          offset: Number(offset) < 0 ? undefined : Number(offset),
          ...(Number(offset) === -2 && { isOutOfRange: true as const }),
          metadata: metadata ?? '',
        })),
      )
    },
    commit: async (group, offsets) => {
      const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
      }))
      if (topics.length === 0) return
      // No generation and no member: what the brokers take from outside, and only while the group is empty.
      const request = { groupId: group, groupGenerationId: -1, memberId: '', topics }
      await patiently(cluster, async () =>
        (await cluster.findGroupCoordinator({ groupId: group })).offsetCommit(request),
      )
    },
    members: async (group) => {
      const { groups } = await patiently(cluster, async () =>
        (await cluster.findGroupCoordinator({ groupId: group })).describeGroups({ groupIds: [group] }),
      )
      return groups[0]?.members.length ?? 0
    },
    close: () => cluster.disconnect(),
  }
}

/** `topic/partition`, as people and maps name it. */

const partitionsOf = async (
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

/** Those of the topics that exist; the cluster then knows their partitions. One that does not exist would spoil every later request. */
export const existingTopics = async (
  cluster: KafkajsCluster,
  topics: readonly string[],
): Promise<string[]> => {
  const known = await patiently(
    cluster,
    async () => {
      const answer = await cluster.metadata()
      if (answer === null) throw Object.assign(new Error('no broker answers'), { retriable: true })
      return new Set(answer.topicMetadata.map(({ topic }) => topic))
    },
    aMomentMs,
  )
  const existing = topics.filter((topic) => known.has(topic))
  await cluster.addMultipleTargetTopics(existing)
  await cluster.refreshMetadataIfNecessary()
  return existing
}

const [aMomentMs, patienceMs] = [5000, 20_000]

/** A coordinator that has just moved, or a broker that was just restarted, answers a moment later. */
const patiently = async <T>(
  cluster: KafkajsCluster,
  ask: () => Promise<T>,
  limitMs = patienceMs,
): Promise<T> => {
  for (const deadline = Date.now() + limitMs; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error
      await sleep(200)
      await cluster.refreshMetadata().catch(() => undefined)
    }
  }
}

// The first group on a cluster finds no coordinator until the brokers have made the topic that offsets are kept in.
const isPassing = (error: unknown): boolean =>
  (error as { retriable?: unknown }).retriable === true ||
  (error as Error).name === 'KafkaJSGroupCoordinatorNotFound'
