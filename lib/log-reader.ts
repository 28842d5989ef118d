import type { Kafka, KafkaMessage } from 'kafkajs'

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
  /** Ends the reading. */
  signal: AbortSignal
}

const longPollMs = 300
const maxBytes = 16 * 1024 * 1024

/**
 * Reads topics without a consumer group: nothing is committed, nobody else notices. Yields messages as they arrive, in order
 * within a partition, until the signal is aborted. Topics that do not exist are left out.
 *
 * It goes through the client's internals, since its public consumer always joins a group.
 */
export async function* readLog(kafka: Kafka, { topics, from, signal }: ReadLogOptions): AsyncGenerator<LogMessage> {
  const positions = await startingPositions(kafka, topics, from)
  const cluster = createCluster(kafka)
  await cluster.connect()
  try {
    await cluster.addMultipleTargetTopics([...new Set(positions.map(({ topic }) => topic))])
    while (!signal.aborted) {
      const fetched = await Promise.all([...byLeader(cluster, positions)].map(([leader, led]) => fetchFrom(cluster, leader, led)))
      for (const message of fetched.flat()) {
        if (signal.aborted) return
        yield message
      }
    }
  } finally {
    await cluster.disconnect()
  }
}

interface Position {
  topic: string
  partition: number
  next: bigint
}

const startingPositions = async (kafka: Kafka, topics: readonly string[], from: 'beginning' | 'now'): Promise<Position[]> => {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const existing = new Set(await admin.listTopics())
    const offsets = topics
      .filter((topic) => existing.has(topic))
      .map(async (topic) =>
        (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
          topic,
          partition,
          next: BigInt(from === 'beginning' ? low : high),
        })),
      )
    return (await Promise.all(offsets)).flat()
  } finally {
    await admin.disconnect()
  }
}

const byLeader = (cluster: Cluster, positions: readonly Position[]): Map<number, Position[]> =>
  Map.groupBy(positions, ({ topic, partition }) => {
    const leader = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition)?.leader
    if (leader === undefined || leader < 0) throw new Error(`${topic}/${partition} has no leader`)
    return leader
  })

const fetchFrom = async (cluster: Cluster, leader: number, positions: readonly Position[]): Promise<LogMessage[]> => {
  const broker = await cluster.findBroker({ nodeId: String(leader) })
  const requested = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, led]) => ({
    topic,
    partitions: led.map(({ partition, next }) => ({
      partition,
      fetchOffset: next.toString(),
      maxBytes: maxBytes / 4,
      logStartOffset: '0',
      currentLeaderEpoch: -1,
    })),
  }))
  const { responses } = await broker.fetch({ maxWaitTime: longPollMs, minBytes: 1, maxBytes, isolationLevel: 1, topics: requested })
  return responses.flatMap(({ topicName, partitions }) =>
    partitions.flatMap(({ partition, messages }) => {
      const position = positions.find((candidate) => candidate.topic === topicName && candidate.partition === partition)
      if (position === undefined) return []
      // A batch is sent whole: it may begin before the offset that was asked for.
      const fresh = messages.filter(({ offset }) => BigInt(offset) >= position.next)
      const last = fresh.at(-1)
      if (last !== undefined) position.next = BigInt(last.offset) + 1n
      return fresh.filter(({ isControlRecord }) => isControlRecord !== true).map((message) => logMessage(topicName, partition, message))
    }),
  )
}

const logMessage = (topic: string, partition: number, { offset, timestamp, key, value, headers = {} }: KafkaMessage): LogMessage => ({
  topic,
  partition,
  offset: Number(offset),
  timestamp: Number(timestamp),
  key: key?.toString() ?? null,
  value,
  headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)])),
})

/** The part of kafkajs 2.2.4's internal cluster that is used here. */
interface Cluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  addMultipleTargetTopics(topics: string[]): Promise<void>
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[]
  findBroker(by: { nodeId: string }): Promise<{ fetch(request: FetchRequest): Promise<FetchResponse> }>
}

interface FetchRequest {
  maxWaitTime: number
  minBytes: number
  maxBytes: number
  isolationLevel: number
  topics: {
    topic: string
    partitions: { partition: number; fetchOffset: string; maxBytes: number; logStartOffset: string; currentLeaderEpoch: number }[]
  }[]
}

interface FetchResponse {
  responses: { topicName: string; partitions: { partition: number; messages: (KafkaMessage & { isControlRecord?: boolean })[] }[] }[]
}

const createCluster = (kafka: Kafka): Cluster => {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === 'private:Kafka:createCluster')
  if (symbol === undefined) throw new Error('kafkajs is not the version this reader was written for')
  const create = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol]
  if (create === undefined) throw new Error('kafkajs is not the version this reader was written for')
  return create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false, maxInFlightRequests: null, retry: { retries: 3 } })
}
