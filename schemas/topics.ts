import type { EventType } from './catalogue.ts'

/** Every name the bridge uses on a cluster. */
export interface Names {
  /** The value of `KAFKA_TOPIC_PREFIX`. */
  prefix: string
  /**
   * The topic of an event; `gitlab.unknown` and `gitlab.quarantine` are two of them. What the ingress says of
   * itself has `gitlab-bridge.intervals`.
   */
  topic(event: EventType): string
  /** The registry subject of a topic's values. */
  subject(topic: string): string
  /** Bodies that are too large for a record, cut into chunks. The key is the delivery id. */
  rawChunksTopic: string
  /** The ingress publishes small test records here and so finds out whether Kafka accepts records. */
  canaryTopic: string
  /** A consumer publishes the records here that it cannot handle. */
  deadLetterTopic(consumer: string): string
  /** Redriven dead letters are published here. Only this consumer reads the topic. */
  retryTopic(consumer: string): string
  /** One record for each dead letter that an operator settled, kept without a limit. */
  operationsTopic: string
  /** When each worker started for the first time. The key is the name of the worker. */
  workerStartsTopic: string
  group(consumer: string): string
}

/** @param prefix the value of `KAFKA_TOPIC_PREFIX`, put before every topic, subject and group */
export const createNames = (prefix: string): Names => ({
  prefix,
  topic: (event) => `${prefix}${event === 'interval' ? 'gitlab-bridge.intervals' : `gitlab.${event}`}`,
  subject: (topic) => `${topic}-value`,
  rawChunksTopic: `${prefix}gitlab.raw-chunks`,
  canaryTopic: `${prefix}gitlab-bridge.canary`,
  deadLetterTopic: (consumer) => `${prefix}gitlab-bridge.dead-letter.${consumer}`,
  retryTopic: (consumer) => `${prefix}gitlab-bridge.retry.${consumer}`,
  operationsTopic: `${prefix}gitlab-bridge.operations`,
  workerStartsTopic: `${prefix}gitlab-bridge.worker-starts`,
  group: (consumer) => `${prefix}gitlab-bridge.${consumer}`,
})
