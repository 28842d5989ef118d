import { once } from 'node:events'
import { type Kafka, Partitioners } from 'kafkajs'
import { createRegistry } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { startOperationsServer } from '../../lib/http/operations-server.ts'
import { createKafka, endConnections } from '../../lib/kafka/client.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Running } from '../../lib/lifecycle.ts'
import type { Logger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import type { EventType } from '../../schemas/catalogue.ts'
import { createNames } from '../../schemas/topics.ts'
import type { Consumer } from '../consumer.ts'
import { createEachBatch } from './batch/each-batch.ts'
import { type CircuitState, circuitStates, createBreaker, pauseMs } from './breaker.ts'
import { createEventDecoder } from './event-decoder.ts'
import { createEventOf } from './event-of.ts'
import { fetchSizesOf } from './group/fetch-sizes.ts'
import { createGroupMember } from './group/group-member.ts'
import { handledFolder, openHandledDeliveries } from './handled-deliveries.ts'
import { createConsumerMetrics } from './metrics.ts'
import { createPipeline } from './pipeline.ts'
import { createPositions } from './positions/positions.ts'
import { createWatchdog, looks } from './watchdog/stall-detector.ts'
import { keepWatch } from './watchdog/watchdog.ts'
import { variablesOf } from './worker-variables.ts'

/** Handlers of single records are handed so many in one call of the chain: what surrounds them is paid once for all. */
const singlesPerCall = 100

/** How long the running calls may take to end once the worker is to stop, before they are told to. */
const finishMs = 5000
/** Stopping as a whole is promised within 10 s. */
const stopLimitMs = 9000

const never = new AbortController().signal
const fired = async (signal: AbortSignal) => signal.aborted || (await once(signal, 'abort'))

/**
 * Starts a worker: resolves once it has joined its group and knows that its offsets are good.
 *
 * @param told fires when it is to stop: it resolves then, joined or not, since a group that waits for a dead member waits a minute
 * @throws ConfigError naming every variable at fault, GapError when records would be lost or repeated silently
 */
export const startWorker = async (
  consumer: Consumer,
  env: Environment,
  logger: Logger,
  told: AbortSignal = never,
): Promise<Running> => {
  const settings = readVariables(variablesOf(consumer), env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const group = names.group(consumer.name)
  const events = new Map<string, EventType>(consumer.events.map((event) => [names.topic(event), event]))
  const topics = [...events.keys(), names.retryTopic(consumer.name)]
  const metrics = createMetrics()
  const consumerMetrics = createConsumerMetrics(metrics, consumer.events)
  const kafka = createKafka(settings, group, logger)
  const producer = createDeadLetterProducer(kafka)
  const offsets = await openOffsets(kafka)
  const handler = await consumer.create(readVariables(consumer.variables, env), logger)
  const { name, repeats } = consumer
  const handled =
    repeats === 'harmless'
      ? undefined
      : await openHandledDeliveries(handledFolder(settings.BRIDGE_DATA_DIR, name), repeats.skippedForDays)

  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  const fail = failure.reject
  const [stopping, releasing] = [new AbortController(), new AbortController()]
  const [calls, inHand] = [new Set<object>(), new Set<string>()]
  const handle = createPipeline({
    handler,
    handled,
    decode: createEventDecoder(consumer.events, createRegistry(settings, group)),
    eventOf: createEventOf(events),
    producer,
    deadLetterTopic: names.deadLetterTopic(consumer.name),
    settings,
    metrics: consumerMetrics,
    calls,
    logger,
  })
  const positions = createPositions(offsets, group, consumer.name)
  const tellCircuit = (state: CircuitState) => {
    for (const each of circuitStates) consumerMetrics.circuit.set({ state: each }, each === state ? 1 : 0)
  }
  const breaker = createBreaker({
    pause: () => member.pause(),
    resume: () => member.resume(),
    onChange: (state, details) => {
      tellCircuit(state)
      logger.warn(`circuit ${state}`, details)
    },
    waitMs: pauseMs,
  })
  tellCircuit(breaker.state())
  // Where each is remembered, a crash must not repeat more than one.
  const batchSize = 'batchSize' in handler ? handler.batchSize : handled === undefined ? singlesPerCall : 1
  const [stoppingSignal, signal] = [stopping.signal, releasing.signal]
  const member = createGroupMember({
    kafka,
    group,
    topics,
    eachBatch: createEachBatch({
      handle,
      batchSize,
      breaker,
      positions,
      inHand,
      stopping: stoppingSignal,
      signal,
      onGap: fail,
    }),
    fetchSizes: fetchSizesOf(handler),
    concurrency: settings.CONSUMER_CONCURRENCY,
    sessionSeconds: settings.CONSUMER_SESSION_SECONDS,
    attemptSeconds: settings.CONSUMER_TIMEOUT_SECONDS,
    isHandling: () => inHand.size > 0,
    onNothing: positions.advance,
    onJoin: positions.load,
    fail,
  })
  const look = createWatchdog({
    positions: positions.current,
    ends: async () => new Map((await offsets.ends(topics)).map((end) => [partitionName(end), end])),
    isPaused: () => breaker.state() === 'open',
    calls,
    inHand,
    concurrency: settings.CONSUMER_CONCURRENCY,
  })

  const letGo = async () => {
    try {
      await member.stop()
      await Promise.all([producer.disconnect(), offsets.close()])
    } finally {
      // Before the client that waited in a rebalance joins the group once more.
      endConnections(kafka)
      await Promise.all([handler.close(), handled?.close()])
    }
  }
  try {
    await producer.connect()
    await positions.check(topics)
    await Promise.race([member.start(), failure.promise, fired(told)])
  } catch (error) {
    await letGo().catch(() => undefined) // it would hide what there is to tell
    throw error
  }
  const endWatch = keepWatch({
    look,
    everyMs: (settings.CONSUMER_STALL_SECONDS * 1000) / looks,
    rebuild: async () => {
      consumerMetrics.rebuilds.inc()
      await member.rebuild()
    },
    fail,
    logger,
  })
  const operations = await startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: metrics.registry,
    isAlive: () =>
      Date.now() - member.lastTurn() < 2000 * settings.CONSUMER_SESSION_SECONDS
        ? { ok: true, status: breaker.state() === 'open' ? 'paused' : 'alive' }
        : { ok: false, status: 'stuck' },
    isReady: () =>
      stopping.signal.aborted ? { ok: false, status: 'stopping' } : { ok: true, status: 'ready' },
  })
  if (!told.aborted)
    logger.info('consuming', { group, topics: events.size, metrics: `${operations.url}/metrics` })

  return {
    failure: failure.promise,
    stop: async () => {
      endWatch()
      stopping.abort()
      const release = setTimeout(() => releasing.abort(new Error('the worker stops')), finishMs)
      const late = Promise.withResolvers<never>()
      const reason = () => (calls.size > 0 ? 'a handler does not end' : 'the brokers do not answer')
      const limit = setTimeout(() => late.reject(new Error(reason())), stopLimitMs)
      await Promise.race([letGo(), late.promise]).finally(async () => {
        clearTimeout(release)
        clearTimeout(limit)
        await operations.close()
      })
    },
  }
}

/** One try a message: the breaker waits and comes again, with heartbeats in between. */
const createDeadLetterProducer = (kafka: Kafka) =>
  kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  })
