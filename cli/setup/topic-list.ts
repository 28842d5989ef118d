import type { z } from 'zod'
import type { Consumer } from '../../consumers/consumer.ts'
import { catalogue, eventTypes, type Retention } from '../../schemas/catalogue.ts'
import type { Names } from '../../schemas/topics.ts'
import type { topicVariables } from '../variables/topic-variables.ts'

export type TopicSettings = z.output<typeof topicVariables>

/** A topic as `bridge setup` wants it. */
export interface Topic {
  topic: string
  numPartitions: number
  config: Readonly<Record<string, string>>
}

const commonConfig = (settings: TopicSettings) => ({
  'max.message.bytes': String(settings.KAFKA_TOPIC_MAX_MESSAGE_BYTES),
  'compression.type': settings.KAFKA_COMPRESSION_TYPE,
})

const millisecondsOf = (days: string): string =>
  days === 'forever' ? '-1' : String(Number(days) * 86_400_000)

const deletedAfter = (days: string) => ({
  'cleanup.policy': 'delete',
  'retention.ms': millisecondsOf(days),
})

/** All topics. */
export const topicsOf = (settings: TopicSettings, names: Names, workers: readonly Consumer[]): Topic[] => [
  ...eventTopics(settings, names),
  ...deadLetterTopics(settings, names, workers),
  ...retryTopics(settings, names, workers),
  // The records of redrives and discards: who did what and why. They are never deleted.
  {
    topic: names.operationsTopic,
    numPartitions: 1,
    config: { ...commonConfig(settings), ...deletedAfter('forever') },
  },
  {
    topic: names.workerStartsTopic,
    numPartitions: 1,
    config: { 'cleanup.policy': 'compact' },
  },
  // A chunk is kept as long as the longest kept record that may need it.
  {
    topic: names.rawChunksTopic,
    numPartitions: settings.KAFKA_TOPIC_PARTITIONS,
    config: { ...commonConfig(settings), ...deletedAfter(settings.KAFKA_RETENTION_HISTORY_DAYS) },
  },
  {
    topic: names.canaryTopic,
    numPartitions: 1,
    config: { 'cleanup.policy': 'delete', 'retention.ms': '3600000', 'segment.ms': '600000' },
  },
]

const eventTopics = (settings: TopicSettings, names: Names): Topic[] => {
  const retentionDays: Record<Retention, string> = {
    history: settings.KAFKA_RETENTION_HISTORY_DAYS,
    activity: settings.KAFKA_RETENTION_ACTIVITY_DAYS,
    pipelines: settings.KAFKA_RETENTION_PIPELINES_DAYS,
  }
  return eventTypes.map((event) => ({
    topic: names.topic(event),
    numPartitions: settings.KAFKA_TOPIC_PARTITIONS,
    config: { ...commonConfig(settings), ...deletedAfter(retentionDays[catalogue[event].retention]) },
  }))
}

/**
 * An open dead letter must never expire, so these topics are compacted. A settled one is deleted by its
 * tombstone.
 */
const deadLetterTopics = (settings: TopicSettings, names: Names, workers: readonly Consumer[]): Topic[] =>
  workers.map(({ name }) => ({
    topic: names.deadLetterTopic(name),
    numPartitions: 1,
    config: { ...commonConfig(settings), 'cleanup.policy': 'compact' },
  }))

/**
 * The topics from which workers read redriven dead letters. They have as many partitions as the topics for
 * events, so that the process that handles the events of a project handles its redriven dead letters, too.
 */
const retryTopics = (settings: TopicSettings, names: Names, workers: readonly Consumer[]): Topic[] =>
  workers.map(({ name }) => ({
    topic: names.retryTopic(name),
    numPartitions: settings.KAFKA_TOPIC_PARTITIONS,
    config: {
      ...commonConfig(settings),
      ...deletedAfter('30'),
      // A redriven event may be old. With its own timestamp Kafka would delete it at once.
      'message.timestamp.type': 'LogAppendTime',
    },
  }))
