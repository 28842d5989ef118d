import type { Producer } from 'kafkajs'
import type { Environment } from '../../lib/config.ts'
import { type AccessNeed, groupNeeds, requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import { endConnections } from '../../lib/kafka/client.ts'
import { type Offsets, openOffsets } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { Consumer } from '../consumer.ts'
import type { Breaker } from './batch/breaker.ts'
import { accountForMessages } from './batch/count-passed.ts'
import { createEachBatch } from './batch/each-batch.ts'
import { beginWorker } from './begin-worker.ts'
import type { From } from './beginning/decide-beginning.ts'
import { createDeadLetterProducer } from './dead-letters/dead-letter-producer.ts'
import { fetchSizesOf } from './group/fetch-sizes.ts'
import { createGroupMember, type GroupMember } from './group/group-member.ts'
import { createTopicWatch, type TopicWatch } from './group/topic-watch.ts'
import { type ConsumerMetrics, createConsumerMetrics } from './metrics.ts'
import type { RunningCalls } from './middleware/track-calls.ts'
import { createPipeline } from './pipeline.ts'
import { createRewind, type Rewind } from './positions/own-positions.ts'
import { createPositions, type Positions } from './positions/positions.ts'
import { selectUncommitted } from './positions/uncommitted-topics.ts'
import { createStallDetector, type Verdict } from './watchdog/stall-detector.ts'
import { createWorkerBreaker } from './worker-breaker.ts'
import { createWorkerLife, type WorkerLife } from './worker-life.ts'
import { openWorkerResources, type WorkerResources } from './worker-resources.ts'

/** All parts of a worker. They are connected to each other, but the worker has not joined its group yet. */
export interface WorkerParts extends WorkerLife {
  group: string
  topics: readonly string[]
  settings: WorkerResources['settings']
  rebuilds: ConsumerMetrics['rebuilds']
  member: GroupMember
  breaker: Pick<Breaker, 'state' | 'reason'>
  /** What the handler reports beside the state of the worker. */
  degradedBy(): string | undefined
  calls: RunningCalls
  /** Checks the rights of the worker on Kafka, and connects the producer of dead letters. */
  connect(): Promise<void>
  /** Commits the offsets at which the worker begins, where it has none. */
  begin(): Promise<void>
  /** Checks that the committed offsets match what the topics hold. @throws GapError */
  checkOffsets(): Promise<void>
  topicWatch: Pick<TopicWatch, 'unread' | 'start'>
  /** Resolves when a broker answers. */
  reachBrokers(): Promise<void>
  /** Checks the progress of the worker. The watchdog needs the answer. */
  pollProgress(): Promise<Verdict>
  /** Waits for the running calls, leaves the group, and closes everything that was opened. */
  close(): Promise<void>
}

/** What the definition of a worker does not say. */
export interface PartsOptions {
  /** Where the worker begins if it starts for the first time, or if the brokers have deleted its offsets. */
  from?: From | undefined
  /** The names of all workers that call GitLab, to find misspelled ones in its settings. */
  gitlabWorkers?: readonly string[] | undefined
}

/**
 * Makes all parts of a worker, and opens what they need. If an open fails, everything is closed again.
 *
 * @throws ConfigError naming every variable at fault
 */
export const createWorkerParts = async (
  consumer: Consumer,
  env: Environment,
  logger: Logger,
  metrics: Metrics,
  { from, gitlabWorkers }: PartsOptions = {},
  openOffsetsOf = openOffsets,
): Promise<WorkerParts> =>
  assemble(
    await openWorkerResources(consumer, env, logger, metrics, gitlabWorkers, openOffsetsOf),
    metrics,
    from,
  )

const assemble = (resources: WorkerResources, metrics: Metrics, from: From | undefined): WorkerParts => {
  const { consumer, settings, names, group, kafka, logger, offsets, handler } = resources
  const topics = [...consumer.events.map(names.topic), names.retryTopic(consumer.name)]
  const life = createWorkerLife()
  const consumerMetrics = createConsumerMetrics(metrics, consumer.events)
  const producer = createDeadLetterProducer(kafka)
  const positions = createPositions(offsets, group, consumer.name, rewindOf(resources))
  const passed = accountForMessages(metrics)
  const calls = new Set<object>()
  const inProgress = new Set<string>()
  const breaker = createWorkerBreaker(() => member, consumerMetrics, logger)

  const topicWatch = watchTopics(resources, topics, consumerMetrics, () => member.replaceClient())
  const eachBatch = createEachBatch({
    handle: createPipeline(resources, producer, consumerMetrics, calls),
    batchSize: callSizeOf(resources),
    breaker,
    positions,
    passed,
    inProgress,
    stopping: life.stopping.signal,
    signal: life.releasing.signal,
    onGap: life.fail,
  })
  const member = createGroupMember({
    kafka,
    group,
    topics: topicWatch.readable,
    eachBatch,
    fetchSizes: fetchSizesOf(handler),
    concurrency: settings.CONSUMER_CONCURRENCY,
    sessionSeconds: settings.CONSUMER_SESSION_SECONDS,
    attemptSeconds: settings.CONSUMER_TIMEOUT_SECONDS,
    isHandling: () => inProgress.size > 0,
    onNoMessages: positions.advance,
    onJoin: positions.load,
    fail: life.fail,
  })
  const pollProgress = createStallDetector({
    ...progressOf(offsets, positions, topics),
    isPaused: () => breaker.state() === 'open',
    calls,
    inProgress,
    concurrency: settings.CONSUMER_CONCURRENCY,
  })
  const degradedBy = () => handler.degradedBy?.()
  const { rebuilds } = consumerMetrics
  const own = { group, topics, settings, rebuilds, member, breaker, degradedBy, calls }
  return {
    ...life,
    ...own,
    topicWatch,
    connect: () => connect(resources, topics, producer),
    begin: () => beginWorker(resources, producer, topics, from),
    checkOffsets: async () => positions.check(await topicWatch.readable()),
    reachBrokers: offsets.reach,
    pollProgress,
    close: () => closeAll(resources, member, producer),
  }
}

const watchTopics = (
  { offsets, group, logger }: WorkerResources,
  topics: readonly string[],
  { unreadTopics }: ConsumerMetrics,
  replaceClient: () => Promise<void>,
): TopicWatch =>
  createTopicWatch({
    topics,
    selectExisting: offsets.existing,
    replaceClient,
    selectUncommitted: (existing) => selectUncommitted(offsets, group, existing),
    unreadTopics,
    logger,
  })

const connect = async (
  resources: WorkerResources,
  topics: readonly string[],
  producer: Pick<Producer, 'connect'>,
): Promise<void> => {
  await requireAccess(resources.kafka, accessNeeds(resources, topics))
  await producer.connect()
}

const progressOf = (offsets: Offsets, positions: Positions, topics: readonly string[]) => ({
  positions: positions.current,
  ends: async () => new Map((await offsets.ends(topics)).map((end) => [partitionName(end), end])),
})

const rewindOf = ({ handler, offsets, topicIds, logger }: WorkerResources): Rewind | undefined =>
  handler.positions && createRewind({ own: handler.positions, offsets, topicIds, logger })

const accessNeeds = (
  { consumer, names, group }: WorkerResources,
  topics: readonly string[],
): AccessNeed[] => [
  ...topicNeeds('Read', [...topics, names.workerStartsTopic]),
  ...topicNeeds('Write', [names.deadLetterTopic(consumer.name), names.workerStartsTopic]),
  ...groupNeeds('Read', [group]),
]

const closeAll = async (
  { kafka, offsets, stored, handler, gitlab, handled }: WorkerResources,
  member: Pick<GroupMember, 'stop'>,
  producer: { disconnect(): Promise<void> },
): Promise<void> => {
  try {
    await member.stop()
    await Promise.all([producer.disconnect(), offsets.close()])
  } finally {
    // A client that waits in a rebalance would otherwise join the group once more.
    endConnections(kafka)
    const closed = handler.close().finally(() => Promise.all([gitlab.close(), stored.close()]))
    await Promise.all([closed, handled?.close()])
  }
}

/** A handler of single records gets this many messages in one call, because each call has a cost. */
const singlesPerCall = 100

const callSizeOf = ({ handler, handled }: WorkerResources): number => {
  if ('batchSize' in handler) return handler.batchSize
  // Where handled deliveries are remembered, a crash must not repeat more than one of them.
  return handled === undefined ? singlesPerCall : 1
}
