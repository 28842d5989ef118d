import type { EventType } from './catalogue.ts'

/** Every name the bridge uses on a cluster. */
export interface Names {
  /** The topic of an event; `gitlab.unknown` and `gitlab.quarantine` are two of them. */
  topic(event: EventType): string
  /** The registry subject of a topic's values. */
  subject(topic: string): string
  /** Bodies too large for a record, in pieces; key: delivery id. */
  rawChunksTopic: string
  /** Where the ingress finds out whether what it publishes can be read. */
  canaryTopic: string
  /** Where a consumer puts the records it cannot handle. */
  deadLetterTopic(consumer: string): string
  /** Where records come back from the dead-letter topic; only that consumer reads it. */
  retryTopic(consumer: string): string
  /** What operators did to dead letters, one record each, for ever. */
  operationsTopic: string
  group(consumer: string): string
}

/** @param prefix `KAFKA_TOPIC_PREFIX`: goes before every topic, subject and group */
export const createNames = (prefix: string): Names => ({
  topic: (event) => `${prefix}gitlab.${event}`,
  subject: (topic) => `${topic}-value`,
  rawChunksTopic: `${prefix}gitlab.raw-chunks`,
  canaryTopic: `${prefix}gitlab-bridge.canary`,
  deadLetterTopic: (consumer) => `${prefix}gitlab-bridge.dead-letter.${consumer}`,
  retryTopic: (consumer) => `${prefix}gitlab-bridge.retry.${consumer}`,
  operationsTopic: `${prefix}gitlab-bridge.operations`,
  group: (consumer) => `${prefix}gitlab-bridge.${consumer}`,
})
