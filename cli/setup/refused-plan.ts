import type { Kafka } from 'kafkajs'
import { messageOf, UsageError } from '../../lib/errors.ts'
import { accessDenied, isAccessError } from '../../lib/kafka/access.ts'
import type { TopicPlan } from './plan-topics.ts'

/** What to do about an answer of the brokers that another attempt would get again. */
const remedies: Readonly<Record<string, string>> = {
  POLICY_VIOLATION:
    'A policy of the cluster forbids these settings. Lower KAFKA_TOPIC_MAX_MESSAGE_BYTES, or change ' +
    'KAFKA_REPLICATION_FACTOR, KAFKA_TOPIC_PARTITIONS or KAFKA_RETENTION_… as the policy wants.',
  INVALID_REPLICATION_FACTOR: 'Set KAFKA_REPLICATION_FACTOR to at most the number of brokers.',
  INVALID_CONFIG: 'Change the setting that the message names.',
  INVALID_PARTITIONS: 'Change KAFKA_TOPIC_PARTITIONS.',
}

/**
 * The error for topics that the brokers refuse to create or to change.
 *
 * @returns undefined if another attempt may succeed
 */
export const refusedPlan = (
  kafka: Kafka,
  { configs }: Pick<TopicPlan, 'configs'>,
  error: unknown,
): UsageError | undefined => {
  if (isAccessError(error)) return accessDenied(kafka, needsOf('AlterConfigs', [...configs.keys()]))
  const refusals = (error as { errors?: TopicError[] }).errors ?? []
  const denied = refusals.filter(isAccessError)
  if (denied.length > 0) return accessDenied(kafka, needsOf('Create', denied.map(topicOf)))
  const type = [error as TopicError, ...refusals].find((each) => String(each.type) in remedies)
  if (type === undefined) return undefined
  const topics = refusals.length > 0 ? refusals.map(topicOf) : [...configs.keys()]
  return new UsageError(
    `Kafka refuses the topics ${topics.join(', ')}: ${messageOf(type)} (${type.type}). ` +
      `${remedies[String(type.type)]}`,
  )
}

/** An error of kafkajs about one topic. */
interface TopicError {
  type?: unknown
  topic?: string
}

const topicOf = ({ topic }: TopicError): string => topic ?? '(unknown)'

const needsOf = (operation: string, names: readonly string[]) =>
  names.map((name) => ({ operation, resource: 'topic', name }))
