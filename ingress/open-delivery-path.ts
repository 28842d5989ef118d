import type { Kafka } from 'kafkajs'
import type { Environment } from '../lib/config.ts'
import { principalOf } from '../lib/kafka/principal.ts'
import type { Logger } from '../lib/logger.ts'
import { eventTypes } from '../schemas/catalogue.ts'
import type { Names } from '../schemas/topics.ts'
import { createDeliver } from './deliver.ts'
import type { OpenDeliveryPath } from './delivery-path.ts'
import type { IngressMetrics } from './metrics.ts'
import { createPublisher, type Publisher } from './publish/publisher.ts'
import { createRecordTimestamps } from './publish/record-timestamps.ts'
import { createSender } from './publish/sender.ts'
import { readTopicFacts } from './publish/topic-metadata.ts'
import { createChunkOversized } from './record/chunk-oversized.ts'
import { createEncodeStage, type Encoders } from './record/encode.ts'
import type { IdOfEvent } from './record/encoders.ts'
import { createInHand } from './record/large/in-hand.ts'
import { type ChildLimits, createLimitedChild } from './record/large/limited-child.ts'
import { createLargeBodies, type LargeBodies } from './record/large/prepare-large.ts'

export interface OpenDeliveryPathOptions {
  /** The time limit of its requests must be `acknowledgeMs`. */
  kafka: Kafka
  names: Names
  encoders: Encoders
  /** The schema ids of these encoders. They may change, together with the encoders. */
  schemaIds: IdOfEvent
  /** The file that names the hook of the spool in hand; undefined: there is no spool. */
  inHandFile: string | undefined
  /** The environment of this process. */
  env: Environment
  /** How many bytes of records may wait for the brokers. */
  maxQueuedBytes: number
  /** Whether hooks on disk wait for this one topic. */
  hasWaitingHooks(topic: string): boolean
  metrics: IngressMetrics
  logger: Logger
}

/** How long the leader of a partition may take to answer a produce request, in milliseconds. */
export const acknowledgeMs = 3000

/** A genuine body of 26 MB takes 0.7 s and a heap of less than 130 MB. */
const childLimits: ChildLimits = {
  time: { cpuMs: 3000, wallMs: 15_000 },
  heapMegabytes: 160,
  idleMs: 30_000,
}

/** The topics that the ingress publishes to. */
export const publishedTopics = (names: Names): string[] => [
  ...eventTypes.map(names.topic),
  names.rawChunksTopic,
  names.canaryTopic,
]

/** Of one produce request. It stays below 32 MiB, the `max.message.bytes` that setup gives our topics. */
const batchLimits = { records: 500, bytes: 30 * 1024 * 1024 }

/**
 * Connects to the brokers and puts the stages from a hook to its acknowledgement together.
 *
 * @throws UsageError if the cluster has none of our topics, or refuses to write to all of them
 * @throws RetriableError if the brokers do not answer
 */
export const openDeliveryPath = async (options: OpenDeliveryPathOptions): Promise<OpenDeliveryPath> => {
  const { kafka, names, encoders, maxQueuedBytes, hasWaitingHooks, metrics, logger } = options
  const topics = publishedTopics(names)
  const timestamps = createRecordTimestamps({ logger })
  const publisher = await createPublisher({
    connect: async () => timestamps.wrap(await createSender(kafka, acknowledgeMs)),
    topics,
    principal: principalOf(kafka),
    readTopicFacts: (some) => readTopicFacts(kafka, some),
    limits: batchLimits,
    maxQueuedBytes,
    metrics,
    logger,
  })
  const largeBodies = createLargeBodiesOf(options, publisher, topics)
  const deliver = createDeliver({
    prepareLarge: largeBodies.prepare,
    isLargeReady: largeBodies.isReady,
    encode: createEncodeStage(encoders, names),
    chunkOversized: createChunkOversized(publisher.maxBytesOf, names.rawChunksTopic),
    publisher,
    hasWaitingHooks,
    metrics,
    logger,
  })
  const stop = () => {
    largeBodies.stop()
    return publisher.stop()
  }
  return { deliver, publisher: { ...publisher, stop } }
}

const createLargeBodiesOf = (
  { names, schemaIds, inHandFile, env, metrics, logger }: OpenDeliveryPathOptions,
  { maxBytesOf }: Pick<Publisher, 'maxBytesOf'>,
  topics: readonly string[],
): LargeBodies =>
  createLargeBodies({
    child: createLimitedChild(names.prefix, env, childLimits),
    facts: () => ({
      schemaIds,
      maxBytesByTopic: new Map(
        topics.flatMap((topic): [string, number][] => {
          const maxBytes = maxBytesOf(topic)
          return maxBytes === undefined ? [] : [[topic, maxBytes]]
        }),
      ),
    }),
    inHand: inHandFile === undefined ? undefined : createInHand(inHandFile),
    metrics,
    logger,
  })
