import type { Kafka } from 'kafkajs'
import type { Logger } from '../lib/logger.ts'
import { eventTypes } from '../schemas/catalogue.ts'
import type { Names } from '../schemas/topics.ts'
import { createDeliver } from './deliver.ts'
import type { OpenDeliveryPath } from './delivery-path.ts'
import type { IngressMetrics } from './metrics.ts'
import { createPublisher } from './publish/publisher.ts'
import { createRecordTimestamps } from './publish/record-timestamps.ts'
import { createSender } from './publish/sender.ts'
import { readTopicFacts } from './publish/topic-metadata.ts'
import { createChunkOversized } from './record/chunk-oversized.ts'
import { createEncodeStage, type Encoders } from './record/encode.ts'

export interface OpenDeliveryPathOptions {
  /** The time limit of its requests must be `acknowledgeMs`. */
  kafka: Kafka
  names: Names
  encoders: Encoders
  /** How many bytes of records may wait for the brokers. */
  maxQueuedBytes: number
  /** Whether hooks on disk wait for this one topic. */
  hasWaitingHooks(topic: string): boolean
  metrics: IngressMetrics
  logger: Logger
}

/** How long the leader of a partition may take to answer a produce request, in milliseconds. */
export const acknowledgeMs = 3000

/** Of one produce request. It stays below 32 MiB, the `max.message.bytes` that setup gives our topics. */
const batchLimits = { records: 500, bytes: 30 * 1024 * 1024 }

/**
 * Connects to the brokers and puts the stages from a hook to its acknowledgement together.
 *
 * @throws UsageError if the cluster has none of our topics
 * @throws RetriableError if the brokers do not answer
 */
export const openDeliveryPath = async (options: OpenDeliveryPathOptions): Promise<OpenDeliveryPath> => {
  const { kafka, names, encoders, maxQueuedBytes, hasWaitingHooks, metrics, logger } = options
  const timestamps = createRecordTimestamps({ logger })
  const publisher = await createPublisher({
    connect: async () => timestamps.wrap(await createSender(kafka, acknowledgeMs)),
    topics: [...eventTypes.map(names.topic), names.rawChunksTopic, names.canaryTopic],
    readTopicFacts: (some) => readTopicFacts(kafka, some),
    limits: batchLimits,
    maxQueuedBytes,
    metrics,
    logger,
  })
  const deliver = createDeliver({
    encode: createEncodeStage(encoders, names),
    chunkOversized: createChunkOversized(publisher.maxBytesOf, names.rawChunksTopic),
    publisher,
    hasWaitingHooks,
    metrics,
    logger,
  })
  return { deliver, publisher }
}
