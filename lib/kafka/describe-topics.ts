import { createRequire } from 'node:module'
import type { KafkajsCluster } from './cluster.ts'
import { hasBrokerError } from './has-broker-error.ts'
import { type Metadata, requestMetadata, type TopicMetadata } from './request-metadata.ts'
import { retryTransient } from './retry-transient.ts'

/** What a broker says of a topic that does not exist, or that this user may not see. */
const absentErrors: ReadonlySet<number> = new Set([
  3, // UNKNOWN_TOPIC_OR_PARTITION
  17, // INVALID_TOPIC_EXCEPTION
  29, // TOPIC_AUTHORIZATION_FAILED
])

/**
 * Asks for topics, and leaves out those that do not exist or may not be seen. A topic without a leader does
 * not make it fail.
 *
 * @param limitMs how long an error that passes by itself may last, in milliseconds
 * @returns by name
 */
export const describeTopics = async (
  cluster: KafkajsCluster,
  topics: readonly string[] | 'all',
  limitMs?: number,
): Promise<Map<string, TopicMetadata>> => {
  const describe = async () => existingOf(await askAnyBroker(cluster, topics))
  return retryTransient(cluster, describe, limitMs)
}

/** What the brokers say of themselves. @throws Error if none answers */
export const describeCluster = (cluster: KafkajsCluster): Promise<Omit<Metadata, 'topics'>> =>
  askAnyBroker(cluster, [])

/** The refresh asks for every topic that the client uses. */
const deletedTopic = /^UNKNOWN_TOPIC_OR_PARTITION$/

const existingOf = ({ topics }: Metadata): Map<string, TopicMetadata> => {
  const present = topics.filter(({ error }) => !absentErrors.has(error))
  const failed = present.find(({ error }) => error !== 0)
  if (failed !== undefined) throw createError(failed.error)
  return new Map(present.map((topic) => [topic.topic, topic]))
}

const askAnyBroker = async (
  cluster: KafkajsCluster,
  topics: readonly string[] | 'all',
): Promise<Metadata> => {
  const { brokerPool } = cluster
  if (brokerPool.getNodeIds().length > 0) {
    const answer = await brokerPool.withBroker(({ broker }) => requestMetadata(broker, topics))
    if (answer !== null) return answer
  }
  // The client knows no broker yet, or the brokers have other addresses now.
  await cluster.refreshMetadata().catch((error: unknown) => {
    if (!hasBrokerError(error, deletedTopic)) throw error
  })
  return requestMetadata(await brokerPool.findConnectedBroker(), topics)
}

const createError = (code: number): Error => {
  const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as {
    createErrorFromCode(code: number): Error
  }
  return createErrorFromCode(code)
}
