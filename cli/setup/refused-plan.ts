import type { Kafka } from 'kafkajs'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { accessDenied, isAccessError } from '../../lib/kafka/access.ts'

/** What to do about an answer of the brokers that another attempt would get again. */
const remedies: Readonly<Record<string, string>> = {
  POLICY_VIOLATION:
    'A policy of the cluster forbids these settings. Lower KAFKA_TOPIC_MAX_MESSAGE_BYTES, or change ' +
    'KAFKA_REPLICATION_FACTOR, KAFKA_TOPIC_PARTITIONS or KAFKA_RETENTION_… as the policy wants.',
  INVALID_REPLICATION_FACTOR: 'Set KAFKA_REPLICATION_FACTOR to at most the number of brokers.',
  INVALID_CONFIG: 'Change the setting that the message names.',
  INVALID_PARTITIONS: 'Change KAFKA_TOPIC_PARTITIONS.',
}

/** Whether the brokers refuse a topic for a reason that another attempt would meet again. */
export const isRefusal = (error: unknown): boolean =>
  isAccessError(error) || String((error as TopicError).type) in remedies

/**
 * The error for topics that the brokers refuse to create or to change.
 *
 * @param error its `errors` are those of single topics
 * @returns undefined if another attempt may succeed
 */
export const refusedPlan = (kafka: Kafka, error: unknown): UsageError | undefined => {
  const refusals = (error as { errors?: TopicError[] }).errors ?? []
  const denied = refusals.filter(isAccessError)
  if (denied.length > 0) return accessDenied(kafka, denied.map(needOf))
  const type = refusals.find(isRefusal)
  if (type === undefined) return undefined
  return new UsageError(
    `Kafka refuses the topics ${refusals.map(topicOf).join(', ')}: ${messageOf(type)} (${type.type}). ` +
      `${remedies[String(type.type)]}`,
  )
}

/** An error of one topic. */
interface TopicError {
  type?: unknown
  topic?: string
  /** Default: the topic was to be created. */
  operation?: 'AlterConfigs'
}

const topicOf = ({ topic }: TopicError): string => topic ?? '(unknown)'

const needOf = (error: TopicError) => ({
  operation: error.operation ?? 'Create',
  resource: 'topic',
  name: topicOf(error),
})
