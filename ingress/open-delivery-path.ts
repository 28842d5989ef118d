import type { Kafka } from 'kafkajs'
import type { Logger } from '../lib/logger.ts'
import { eventTypes } from '../schemas/catalogue.ts'
import type { Names } from '../schemas/topics.ts'
import { createDeliver } from './deliver.ts'
import type { OpenDeliveryPath } from './delivery-path.ts'
import type { IngressMetrics } from './metrics.ts'
import { createPublisher } from './publish/publisher.ts'
import { createSender } from './publish/sender.ts'
import { readTopicFacts } from './publish/topic-metadata.ts'
import { createChunkOversized } from './record/chunk-oversized.ts'
import { createEncodeStage, type Encoders } from './record/encode.ts'

export interface OpenDeliveryPathOptions {
  /** With `acknowledgeMs` as the time limit of its requests. */
  kafka: Kafka
  names: Names
  encoders: Encoders
  /** Bytes that may wait for the brokers. */
  maxQueuedBytes: number
  /** Whether hooks wait on disk for this topic alone. */
  isWaitedFor(topic: string): boolean
  metrics: IngressMetrics
  logger: Logger
}

/** How long a leader may take to answer a produce request. */
export const acknowledgeMs = 3000

const batchLimits = { records: 500, bytes: 30 * 1024 * 1024 }

/**
 * The stages from a hook to the brokers, connected.
 *
 * @throws UsageError where the cluster has none of our topics, RetriableError where the brokers do not answer
 */
export const openDeliveryPath = async (options: OpenDeliveryPathOptions): Promise<OpenDeliveryPath> => {
  const { kafka, names, encoders, maxQueuedBytes, isWaitedFor, metrics, logger } = options
  const publisher = await createPublisher({
    connect: () => createSender(kafka, acknowledgeMs),
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
    isWaitedFor,
    metrics,
    logger,
  })
  return { deliver, publisher }
}
