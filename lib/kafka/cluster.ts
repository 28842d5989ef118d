import type { Kafka, KafkaMessage } from 'kafkajs'
import type { RequestedBroker } from './request-metadata.ts'
import { refusedLogin, requireConnection } from './require-connection.ts'

/**
 * The part of the internal cluster of kafkajs 2.2.4 that we use. The public API is not sufficient: its
 * consumer always joins a group, and its admin client sends one request for each topic and joins the group to
 * set offsets. https://github.com/tulios/kafkajs/blob/v2.2.4/src/admin/index.js
 */
export interface KafkajsCluster {
  connect(): Promise<void>
  disconnect(): Promise<void>
  /** Topics whose metadata every refresh requests. A refresh fails if one of them does not exist. */
  readonly targetTopics: Set<string>
  addMultipleTargetTopics(topics: string[]): Promise<void>
  refreshMetadata(): Promise<void>
  refreshMetadataIfNecessary(): Promise<void>
  /** What the client knows; changes of the objects change that. */
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[]
  fetchTopicsOffset(
    topics: TopicsOffsetQuery[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>
  findBroker(by: { nodeId: string }): Promise<ConnectedBroker>
  findGroupCoordinator(by: { groupId: string }): Promise<Coordinator>
  brokerPool: {
    /** The ids of the brokers that the client knows. */
    getNodeIds(): string[]
    /** Connects to the broker if necessary. Unlike the cluster's, it refreshes no metadata if that fails. */
    findBroker(by: { nodeId: string }): Promise<{ apiVersions(): Promise<unknown> }>
    /** Any broker that answers. It connects to one of the settings if none is known. */
    findConnectedBroker(): Promise<ProbedBroker>
    /**
     * Calls back with one known broker after the other until a call succeeds.
     *
     * @returns null if none succeeds
     */
    withBroker<T>(callback: (found: { broker: RequestedBroker }) => Promise<T>): Promise<T | null>
  }
}

interface ConnectedBroker extends RequestedBroker {
  fetch(request: FetchRequest): Promise<FetchResponse>
}

/** Requests by which lib/kafka/access.ts finds out whether the brokers allow them. */
export interface ProbedBroker extends RequestedBroker {
  metadata(topics: string[]): Promise<unknown>
  describeConfigs(request: {
    resources: { type: number; name: string; configNames: string[] }[]
    includeSynonyms: boolean
  }): Promise<unknown>
  fetch(request: FetchRequest): Promise<unknown>
  produce(request: { acks: number; timeout: number; topicData: ProducedTopic[] }): Promise<unknown>
  findGroupCoordinator(by: { groupId: string; coordinatorType: number }): Promise<unknown>
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>
}

interface ProducedTopic {
  topic: string
  partitions: {
    partition: number
    firstSequence: number
    messages: { key: null; value: null; timestamp: string; headers: Record<string, never> }[]
  }[]
}

interface TopicsOffsetQuery {
  topic: string
  partitions: { partition: number }[]
  fromBeginning?: boolean
  /** Milliseconds since 1970. Selects the first offset at or after this time. */
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
  }): Promise<{ groups: { state: string; protocolType: string; members: unknown[] }[] }>
}

/**
 * The result is not connected yet. Its `connect` throws a ConfigError where a setting keeps it from ever
 * connecting.
 *
 * @throws Error with another version of kafkajs, whose internals differ
 */
export const createKafkajsCluster = (kafka: Kafka): KafkajsCluster => {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  const create = symbol && (kafka as unknown as Record<symbol, (options: object) => KafkajsCluster>)[symbol]
  if (create === undefined) {
    throw new Error('the installed version of kafkajs is not supported: install kafkajs 2.2.4')
  }
  const cluster = create({
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    maxInFlightRequests: null,
    retry: { retries: 3 },
  })
  const connect = cluster.connect.bind(cluster)
  cluster.connect = async () => {
    await requireConnection(kafka)
    await connect().catch((error: unknown) => {
      throw refusedLogin(error) ?? error
    })
  }
  return cluster
}
