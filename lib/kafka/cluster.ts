import type { Kafka, KafkaMessage } from 'kafkajs'

/**
 * The part of kafkajs 2.2.4's internal cluster that is used here: its public consumer always joins a group, and its admin client
 * asks topic by topic and sets offsets by joining the group (https://github.com/tulios/kafkajs/blob/v2.2.4/src/admin/index.js).
 */
export interface KafkajsCluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  /** Null where none of the brokers it is connected to answered. */
  metadata(): Promise<{ topicMetadata: { topic: string }[] } | null>
  addMultipleTargetTopics(topics: string[]): Promise<void>
  refreshMetadata(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[]
  fetchTopicsOffset(
    topics: TopicsOffsetQuery[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
  findBroker(by: { nodeId: string }): Promise<{ fetch(request: FetchRequest): Promise<FetchResponse> }>
  findGroupCoordinator(by: { groupId: string }): Promise<Coordinator>
}

interface TopicsOffsetQuery {
  topic: string
  partitions: { partition: number }[]
  fromBeginning?: boolean
  /** Milliseconds since 1970: the first offset at or after it. */
  fromTimestamp?: number
}

interface FetchRequest {
  maxWaitTime: number
  minBytes: number
  maxBytes: number
  isolationLevel: number
  topics: {
    topic: string
    partitions: {
      partition: number
      fetchOffset: string
      maxBytes: number
      logStartOffset: string
      currentLeaderEpoch: number
    }[]
  }[]
}

interface FetchResponse {
  responses: { topicName: string; partitions: { partition: number; messages: FetchedMessage[] }[] }[]
}

export type FetchedMessage = KafkaMessage & { isControlRecord?: boolean }

interface Coordinator {
  offsetFetch(request: {
    groupId: string
    topics: { topic: string; partitions: { partition: number }[] }[]
  }): Promise<{
    responses: {
      topic: string
      partitions: { partition: number; offset: string; metadata: string | null }[]
    }[]
  }>
  offsetCommit(request: {
    groupId: string
    groupGenerationId: number
    memberId: string
    topics: { topic: string; partitions: { partition: number; offset: string }[] }[]
  }): Promise<unknown>
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>
  describeGroups(request: {
    groupIds: string[]
  }): Promise<{ groups: { state: string; members: unknown[] }[] }>
}

/** Not connected yet. */
export const createKafkajsCluster = (kafka: Kafka): KafkajsCluster => {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  const create = symbol && (kafka as unknown as Record<symbol, (options: object) => KafkajsCluster>)[symbol]
  if (create === undefined) throw new Error('kafkajs is not the version this was written for')
  return create({
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    retry: { retries: 3 },
  })
}
