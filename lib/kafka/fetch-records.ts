import type { FetchedMessage, KafkajsCluster } from './cluster.ts'
import { leaderOf } from './existing-topics.ts'
import { partitionName, type TopicPartition } from './partition-name.ts'

/** A message of a topic, decoded from the format of the log. */
export interface LogMessage {
  topic: string
  partition: number
  offset: number
  /** Milliseconds since 1970. */
  timestamp: number
  key: string | null
  value: Buffer | null
  headers: Record<string, string>
}

/** How far a partition has been read. A fetch moves `next`. */
export interface ReadPosition extends TopicPartition {
  /** The offset of the next record to read. */
  next: number
  /** The offset at which reading ends. */
  end: number
}

const longPollMs = 300
const defaultBytes = 16 * 1024 * 1024

/**
 * Fetches the next records of all partitions. If some brokers do not answer, the result holds their error and
 * the records of the others, because those records are not fetched again.
 *
 * @param maxBytes of the answer of one broker, in bytes
 */
export const fetchFromAll = async (
  cluster: KafkajsCluster,
  positions: readonly ReadPosition[],
  maxBytes = defaultBytes,
): Promise<{ messages: LogMessage[]; failure?: unknown }> => {
  try {
    const fetches = [...groupByLeader(cluster, positions)].map(([leader, led]) =>
      fetchFromLeader(cluster, leader, led, { maxWaitMs: longPollMs, maxBytes }),
    )
    const results = await Promise.allSettled(fetches)
    const failed = results.find((result) => result.status === 'rejected')
    const messages = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    return failed === undefined ? { messages } : { messages, failure: failed.reason }
  } catch (failure) {
    return { messages: [], failure }
  }
}

/** Fetches the first record of one partition at or after the position, without waiting for new ones. */
export const fetchOne = async (
  cluster: KafkajsCluster,
  position: ReadPosition,
): Promise<LogMessage | undefined> => {
  for (const [leader, led] of groupByLeader(cluster, [position])) {
    const messages = await fetchFromLeader(cluster, leader, led, { maxWaitMs: 0, maxBytes: 1 })
    return messages[0]
  }
  return undefined
}

const groupByLeader = (
  cluster: KafkajsCluster,
  positions: readonly ReadPosition[],
): Map<number, ReadPosition[]> =>
  Map.groupBy(positions, (position) => {
    const leader = leaderOf(cluster, position)
    if (leader === undefined || leader < 0) throw new Error(`${partitionName(position)} has no leader`)
    return leader
  })

/** Moves the positions. The brokers send the first batch even if it is larger than `maxBytes`. */
const fetchFromLeader = async (
  cluster: KafkajsCluster,
  leader: number,
  positions: readonly ReadPosition[],
  limits: { maxWaitMs: number; maxBytes: number },
): Promise<LogMessage[]> => {
  const broker = await cluster.findBroker({ nodeId: String(leader) })
  const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, led]) => ({
    topic,
    partitions: led.map(({ partition, next }) => ({
      partition,
      fetchOffset: String(next),
      maxBytes: Math.ceil(limits.maxBytes / 4),
      logStartOffset: '0',
      currentLeaderEpoch: -1,
    })),
  }))
  const { responses } = await broker.fetch({
    maxWaitTime: limits.maxWaitMs,
    minBytes: 1,
    maxBytes: limits.maxBytes,
    isolationLevel: 1,
    topics,
  })
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.flatMap(({ partition, messages }) => {
      const position = positions.find((each) => each.topic === topicName && each.partition === partition)
      return position === undefined ? [] : advance(position, messages)
    }),
  )
}

/** Moves the position behind the messages and returns those that lie between the old position and the end. */
const advance = (position: ReadPosition, messages: readonly FetchedMessage[]): LogMessage[] => {
  // The brokers send whole batches: one may begin before the requested offset and end behind the last wanted
  // one.
  const wanted = messages.filter(({ offset }) => {
    return Number(offset) >= position.next && Number(offset) < position.end
  })
  const last = messages.at(-1)
  if (last !== undefined) position.next = Math.max(position.next, Number(last.offset) + 1)
  return wanted
    .filter(({ isControlRecord }) => isControlRecord !== true)
    .map((message) => toLogMessage(position, message))
}

const toLogMessage = (
  { topic, partition }: TopicPartition,
  { offset, timestamp, key, value, headers = {} }: FetchedMessage,
): LogMessage => ({
  topic,
  partition,
  offset: Number(offset),
  timestamp: Number(timestamp),
  key: key?.toString() ?? null,
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)])),
})
