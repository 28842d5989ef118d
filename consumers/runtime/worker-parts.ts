import type { Kafka, Producer } from 'kafkajs'
import type { z } from 'zod'
import { createRegistry } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { createKafka, endConnections } from '../../lib/kafka/client.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Logger } from '../../lib/logger.ts'
import { createMetrics, type Metrics } from '../../lib/metrics/metrics.ts'
import { createNames } from '../../schemas/topics.ts'
import type { Consumer } from '../consumer.ts'
import type { Breaker } from './batch/breaker.ts'
import { createEachBatch } from './batch/each-batch.ts'
import { createDeadLetterProducer } from './dead-letters/dead-letter-producer.ts'
import { createEventDecoder, createEventOf } from './event-decoder.ts'
import { fetchSizesOf } from './group/fetch-sizes.ts'
import { createGroupMember, type GroupMember } from './group/group-member.ts'
import { type ConsumerMetrics, createConsumerMetrics } from './metrics.ts'
import type { RunningCalls } from './middleware/track-calls.ts'
import { createPipeline } from './pipeline.ts'
import { createPositions } from './positions/positions.ts'
import { createStallDetector, type Verdict } from './watchdog/stall-detector.ts'
import { createWorkerBreaker } from './worker-breaker.ts'
import { createWorkerLife, type WorkerLife } from './worker-life.ts'
import { openWorkerResources, type WorkerResources } from './worker-resources.ts'
import { variablesOf } from './worker-variables.ts'

/** All parts of a worker. They are connected to each other, but the worker has not joined its group yet. */
export interface WorkerParts extends WorkerLife {
  group: string
  topics: readonly string[]
  settings: Settings
  metrics: Metrics
  rebuilds: ConsumerMetrics['rebuilds']
  member: GroupMember
  breaker: Pick<Breaker, 'state'>
  calls: RunningCalls
  /** Connects the producer of dead letters. */
  connect(): Promise<void>
  /** Checks that the committed offsets fit to what the topics hold. @throws GapError */
  checkOffsets(): Promise<void>
  /** Checks the progress of the worker. The watchdog needs the answer. */
  pollProgress(): Promise<Verdict>
  /** Waits for the running calls, leaves the group, and closes everything that was opened. */
  close(): Promise<void>
}

type Settings = z.output<ReturnType<typeof variablesOf>>

/**
 * Makes all parts of a worker, and opens what they need. When something cannot be opened, everything is closed again.
 *
 * @throws ConfigError naming every variable at fault
 */
export const createWorkerParts = async (
  consumer: Consumer,
  env: Environment,
  logger: Logger,
  openOffsetsOf = openOffsets,
): Promise<WorkerParts> => {
  const settings = readVariables(variablesOf(consumer), env)
  const group = createNames(settings.KAFKA_TOPIC_PREFIX).group(consumer.name)
  const kafka = createKafka(settings, group, logger)
  try {
    const open = () => openOffsetsOf(kafka)
    const resources = await openWorkerResources(consumer, env, settings.BRIDGE_DATA_DIR, open, logger)
    return assemble({ consumer, settings, group, kafka, logger, ...resources })
  } catch (error) {
    endConnections(kafka)
    throw error
  }
}

interface Foundation extends WorkerResources {
  consumer: Consumer
  settings: Settings
  group: string
  kafka: Kafka
  logger: Logger
}

const assemble = (foundation: Foundation): WorkerParts => {
  const { consumer, settings, group, kafka, logger, offsets, handler, handled } = foundation
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const topics = [...consumer.events.map(names.topic), names.retryTopic(consumer.name)]
  const life = createWorkerLife()
  const metrics = createMetrics()
  const consumerMetrics = createConsumerMetrics(metrics, consumer.events)
  const producer = createDeadLetterProducer(kafka)
  const positions = createPositions(offsets, group, consumer.name)
  const calls = new Set<object>()
  const inHand = new Set<string>()
  const concurrency = settings.CONSUMER_CONCURRENCY
  const breaker = createWorkerBreaker(() => member, consumerMetrics, logger)

  const eachBatch = createEachBatch({
    handle: createWorkerPipeline(foundation, producer, consumerMetrics, calls),
    batchSize: callSizeOf(foundation),
    breaker,
    positions,
    inHand,
    stopping: life.stopping.signal,
    signal: life.releasing.signal,
    onGap: life.fail,
  })
  const member = createGroupMember({
    kafka,
    group,
    topics,
    eachBatch,
    fetchSizes: fetchSizesOf(handler),
    concurrency,
    sessionSeconds: settings.CONSUMER_SESSION_SECONDS,
    attemptSeconds: settings.CONSUMER_TIMEOUT_SECONDS,
    isHandling: () => inHand.size > 0,
    onNoMessages: positions.advance,
    onJoin: positions.load,
    fail: life.fail,
  })
  const pollProgress = createStallDetector({
    positions: positions.current,
    ends: async () => new Map((await offsets.ends(topics)).map((end) => [partitionName(end), end])),
    isPaused: () => breaker.state() === 'open',
    calls,
    inHand,
    concurrency,
  })

  const close = async () => {
    try {
      await member.stop()
      await Promise.all([producer.disconnect(), offsets.close()])
    } finally {
      // A client that waits in a rebalance would otherwise join the group once more.
      endConnections(kafka)
      await Promise.all([handler.close(), handled?.close()])
    }
  }
  return {
    ...life,
    group,
    topics,
    settings,
    metrics,
    rebuilds: consumerMetrics.rebuilds,
    member,
    breaker,
    calls,
    connect: () => producer.connect(),
    checkOffsets: () => positions.check(topics),
    pollProgress,
    close,
  }
}

const createWorkerPipeline = (
  { consumer, settings, group, logger, handler, handled }: Foundation,
  producer: Producer,
  metrics: ConsumerMetrics,
  calls: Set<object>,
) => {
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const eventOfTopic = new Map(consumer.events.map((event) => [names.topic(event), event]))
  return createPipeline({
    handler,
    handled,
    decode: createEventDecoder(consumer.events, createRegistry(settings, group)),
    eventOf: createEventOf(eventOfTopic),
    producer,
    deadLetterTopic: names.deadLetterTopic(consumer.name),
    settings,
    metrics,
    calls,
    logger,
  })
}

/** A handler of single records gets this many messages in one call of the pipeline, which costs its overhead only once. */
const singlesPerCall = 100

const callSizeOf = ({ handler, handled }: WorkerResources): number => {
  if ('batchSize' in handler) return handler.batchSize
  // Where handled deliveries are remembered, a crash must not repeat more than one of them.
  return handled === undefined ? singlesPerCall : 1
}
