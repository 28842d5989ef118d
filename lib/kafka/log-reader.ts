import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { createKafkajsCluster, type FetchedMessage, type KafkajsCluster } from './cluster.ts'
import { type LogEnds, openOffsets, type TopicPartition } from './offsets.ts'

/** A message as it lies in the log. */
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

export interface ReadLogOptions {
  topics: readonly string[]
  from: 'beginning' | 'now'
  /** `now`: ends after the last record that is there when the reading begins. Default: goes on for ever. */
  to?: 'now'
  /** Called once, when everything that was there when the reading began has been yielded and taken. */
  onCaughtUp?(): void
  /** Ends the reading. */
  signal?: AbortSignal
  /** Told each time the brokers do not answer in between; the reading goes on where it was once they do. Without it, it throws. */
  onOutage?(error: unknown): void
}

const longPollMs = 300
const outageMs = 1000
const maxBytes = 16 * 1024 * 1024

/**
 * Reads topics without a consumer group: nothing is committed, nobody else notices. Yields messages as they arrive, in order
 * within a partition, until the end that was asked for or until the signal is aborted. Topics that do not exist are left out.
 */
export async function* readLog(
  kafka: Kafka,
  { topics, from, to, onCaughtUp, signal, onOutage }: ReadLogOptions,
): AsyncGenerator<LogMessage> {
  const ends = await endsOf(kafka, topics)
  const positions = ends.map(
    ({ topic, partition, low, high }): Position => ({
      topic,
      partition,
      next: from === 'beginning' ? low : high,
      end: to === 'now' ? high : Number.POSITIVE_INFINITY,
    }),
  )
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  try {
    await cluster.addMultipleTargetTopics([...new Set(positions.map(({ topic }) => topic))])
    let tell = onCaughtUp
    while (signal?.aborted !== true) {
      if (positions.every(({ next }, index) => next >= (ends[index]?.high ?? 0))) {
        tell?.()
        tell = undefined
      }
      const open = positions.filter(({ next, end }) => next < end)
      if (open.length === 0) return
      const { messages, failure } = await fetchAll(cluster, open)
      for (const message of messages) {
        if (signal?.aborted) return
        yield message
      }
      if (failure === undefined) continue
      if (onOutage === undefined || isRefusal(failure)) throw failure
      onOutage(failure)
      await sleep(outageMs, undefined, { signal }).catch(() => undefined)
      await cluster.refreshMetadata().catch(() => undefined)
    }
  } finally {
    await cluster.disconnect()
  }
}

/** Reads single records by their place. */
export interface RecordReader {
  /** The first record at or after the offset that is still there; undefined where there is none. */
  read(place: TopicPartition & { offset: number }): Promise<LogMessage | undefined>
  close(): Promise<void>
}

/** Connects; `close` disconnects. */
export const openRecordReader = async (kafka: Kafka): Promise<RecordReader> => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  return {
    read: async ({ topic, partition, offset }) => {
      await cluster.addMultipleTargetTopics([topic])
      await cluster.refreshMetadataIfNecessary()
      const position = { topic, partition, next: offset, end: Number.POSITIVE_INFINITY }
      for (const [leader, led] of byLeader(cluster, [position]))
        return (await fetchFrom(cluster, leader, led, 0, 1))[0]
      return undefined
    },
    close: () => cluster.disconnect(),
  }
}

interface Position extends TopicPartition {
  next: number
  end: number
}

const endsOf = async (kafka: Kafka, topics: readonly string[]): Promise<LogEnds[]> => {
  const offsets = await openOffsets(kafka)
  return offsets.ends(topics).finally(() => offsets.close())
}

const byLeader = (cluster: KafkajsCluster, positions: readonly Position[]): Map<number, Position[]> =>
  Map.groupBy(positions, ({ topic, partition }) => {
    const leader = cluster
      .findTopicPartitionMetadata(topic)
      .find(({ partitionId }) => partitionId === partition)?.leader
    if (leader === undefined || leader < 0) throw new Error(`${topic}/${partition} has no leader`)
    return leader
  })

/** What all brokers have from the positions on. What some gave counts although others did not answer: it is not given again. */
const fetchAll = async (
  cluster: KafkajsCluster,
  positions: readonly Position[],
): Promise<{ messages: LogMessage[]; failure?: unknown }> => {
  try {
    const fetches = [...byLeader(cluster, positions)].map(([leader, led]) =>
      fetchFrom(cluster, leader, led, longPollMs),
    )
    const results = await Promise.allSettled(fetches)
    const failed = results.find((result) => result.status === 'rejected')
    const messages = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    return failed === undefined ? { messages } : { messages, failure: failed.reason }
  } catch (failure) {
    return { messages: [], failure }
  }
}

/** Whether a broker answered, and will say the same again, such as that an offset is not there any more. */
const isRefusal = (error: unknown): boolean => {
  const { type, retriable } = error as { type?: unknown; retriable?: unknown }
  return typeof type === 'string' && retriable === false
}

/** What one broker has from the positions on; moves them. A first batch larger than the limit comes nevertheless. */
const fetchFrom = async (
  cluster: KafkajsCluster,
  leader: number,
  positions: readonly Position[],
  maxWaitTime: number,
  limitBytes = maxBytes,
): Promise<LogMessage[]> => {
  const broker = await cluster.findBroker({ nodeId: String(leader) })
  const requested = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, led]) => ({
    topic,
    partitions: led.map(({ partition, next }) => ({
      partition,
      fetchOffset: String(next),
      maxBytes: Math.ceil(limitBytes / 4),
      logStartOffset: '0',
      currentLeaderEpoch: -1,
    })),
  }))
  const { responses } = await broker.fetch({
    maxWaitTime,
    minBytes: 1,
    maxBytes: limitBytes,
    isolationLevel: 1,
    topics: requested,
  })
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.flatMap(({ partition, messages }) => {
      const position = positions.find(
        (candidate) => candidate.topic === topicName && candidate.partition === partition,
      )
      if (position === undefined) return []
      // A batch is sent whole: it may begin before the offset that was asked for, and end after the one we want to end at.
      const fresh = messages.filter(
        ({ offset }) => Number(offset) >= position.next && Number(offset) < position.end,
      )
      const last = messages.at(-1)
      if (last !== undefined) position.next = Math.max(position.next, Number(last.offset) + 1)
      return fresh
        .filter(({ isControlRecord }) => isControlRecord !== true)
        .map((message) => logMessage(topicName, partition, message))
    }),
  )
}

const logMessage = (
  topic: string,
  partition: number,
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
