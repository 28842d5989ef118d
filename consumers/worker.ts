import { type EachBatchPayload, Partitioners } from 'kafkajs'
import { z } from 'zod'
import { createDecoder } from '../lib/codec.ts'
import { type Environment, readVariables } from '../lib/config.ts'
import { messageOf, RetriableError } from '../lib/errors.ts'
import { createKafka, kafkaVariables } from '../lib/kafka.ts'
import type { Running } from '../lib/lifecycle.ts'
import type { Logger } from '../lib/logger.ts'
import { createMetrics } from '../lib/metrics.ts'
import { operationsVariables, startOperationsServer } from '../lib/operations.ts'
import { createRegistry, registryVariables } from '../lib/registry.ts'
import { catalogue, type EventType } from '../schemas/catalogue.ts'
import { typeOfShape } from '../schemas/load.ts'
import { createNames } from '../schemas/topics.ts'
import type { Consumer, Message } from './consumer.ts'
import { createDeadLetterTopic } from './dead-letter-topic.ts'
import { decodeAndHandle } from './decode-and-handle.ts'
import { isGroupError } from './group-error.ts'
import { createConsumerMetrics } from './metrics.ts'
import { chain, type Handle } from './middleware/chain.ts'
import { deadLetter } from './middleware/dead-letter.ts'
import { measure } from './middleware/measure.ts'
import { exponentialDelayMs, retry } from './middleware/retry.ts'
import { timeout } from './middleware/timeout.ts'

export const workerVariables = z.object({
  CONSUMER_ATTEMPTS: z.coerce.number().int().min(1).default(5).describe('How often a record is tried before it is put aside.'),
  CONSUMER_TIMEOUT_SECONDS: z.coerce.number().positive().default(30).describe('How long one attempt may take.'),
  CONSUMER_CONCURRENCY: z.coerce.number().int().min(1).default(3).describe('How many partitions are handled at a time.'),
})

/** How long a partition waits when something downstream is unwell and does not say for how long. */
const pauseMs = (failure: number) => Math.min(500 * 2 ** failure, 30_000)

/** The group thinks a member dead after this long without a heartbeat. */
const sessionMs = 45_000

/** Everything a worker reads from the environment, its own part included. */
export const variablesOf = (consumer: Consumer) =>
  z.object({
    ...operationsVariables(consumer.metricsPort).shape,
    ...kafkaVariables.shape,
    ...registryVariables.shape,
    ...workerVariables.shape,
    ...consumer.variables.shape,
  })

/**
 * Starts a worker: resolves once it has joined its group.
 *
 * @throws ConfigError naming every variable at fault
 */
export const startWorker = async (consumer: Consumer, env: Environment, logger: Logger): Promise<Running> => {
  const settings = readVariables(variablesOf(consumer), env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const group = names.group(consumer.name)
  const metrics = createMetrics()
  const consumerMetrics = createConsumerMetrics(metrics, consumer.events)

  const kafka = createKafka(settings, group, logger)
  const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner })
  const member = kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    sessionTimeout: sessionMs,
    rebalanceTimeout: 60_000,
    heartbeatInterval: 3000,
    maxWaitTimeInMs: 500,
    maxBytes: 4 * 1024 * 1024,
    maxBytesPerPartition: 1024 * 1024,
  })

  const topics = new Map<string, EventType>(consumer.events.map((event) => [names.topic(event), event]))
  const eventOf = (topic: string): EventType => topics.get(topic) ?? 'unknown'
  const readers = new Map(consumer.events.map((event) => typeOfShape(catalogue[event].schema)).map((type) => [type.name, type]))
  const decode = createDecoder(createRegistry(settings, group).typeOf, (writer) => readers.get(writer.name) ?? writer)
  const handler = await consumer.create(readVariables(consumer.variables, env), logger)
  const handle = chain(
    [
      measure(consumerMetrics, eventOf),
      deadLetter(createDeadLetterTopic(producer, names.deadLetterTopic(consumer.name), consumerMetrics, logger)),
      retry(settings.CONSUMER_ATTEMPTS, exponentialDelayMs, (error) => {
        consumerMetrics.retries.inc()
        logger.warn('handling failed, trying again', { error: messageOf(error) })
      }),
      timeout(settings.CONSUMER_TIMEOUT_SECONDS * 1000),
    ],
    decodeAndHandle(decode, eventOf, handler),
  )

  let lastSignOfLife = Date.now()
  const { GROUP_JOIN, HEARTBEAT, FETCH, END_BATCH_PROCESS, CRASH } = member.events
  for (const sign of [HEARTBEAT, FETCH, END_BATCH_PROCESS] as const) {
    member.on(sign, () => {
      lastSignOfLife = Date.now()
    })
  }
  const joined = new Promise<void>((resolve) => member.on(GROUP_JOIN, () => resolve()))
  const failure = new Promise<never>((_, reject) => {
    // A restart is the client's own business; without one it would sit there for ever, alive and idle.
    member.on(CRASH, ({ payload: { error, restart } }) => restart || reject(error))
  })

  const stopping = new AbortController()
  const eachBatch = createEachBatch({
    handle,
    batchSize: 'batchSize' in handler ? handler.batchSize : 1,
    signal: stopping.signal,
    paused: consumerMetrics.paused,
    batchMessages: consumerMetrics.batchMessages,
    logger,
  })

  await producer.connect()
  await member.connect()
  await member.subscribe({ topics: [...topics.keys()], fromBeginning: true })
  await member.run({ eachBatch, eachBatchAutoResolve: false, partitionsConsumedConcurrently: settings.CONSUMER_CONCURRENCY })
  await Promise.race([joined, failure])
  const operations = await startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: metrics.registry,
    isAlive: () => (Date.now() - lastSignOfLife < 2 * sessionMs ? { ok: true, status: 'alive' } : { ok: false, status: 'stuck' }),
    isReady: () => (stopping.signal.aborted ? { ok: false, status: 'stopping' } : { ok: true, status: 'ready' }),
  })
  logger.info('consuming', { group, topics: topics.size, metrics: `${operations.url}/metrics` })

  return {
    failure,
    stop: async () => {
      stopping.abort()
      await member.disconnect()
      await producer.disconnect()
      await handler.close()
      await operations.close()
    },
  }
}

interface EachBatchOptions {
  handle: Handle
  batchSize: number
  signal: AbortSignal
  paused: { inc(): void; dec(): void }
  batchMessages: { observe(count: number): void }
  logger: Logger
}

/** Nothing thrown in here ends the loop: a partition that cannot go on waits and comes back to the same message. */
const createEachBatch = ({ handle, batchSize, signal, paused, batchMessages, logger }: EachBatchOptions) => {
  const failures = new Map<string, number>()

  return async ({ batch, resolveOffset, heartbeat, isRunning, isStale, pause }: EachBatchPayload): Promise<void> => {
    const { topic, partition } = batch
    const origin = `${topic}/${partition}`
    for (let start = 0; start < batch.messages.length; start += batchSize) {
      if (!isRunning() || isStale() || signal.aborted) return
      const messages: Message[] = batch.messages
        .slice(start, start + batchSize)
        .map(({ offset, timestamp, key, value, headers = {} }) => ({ topic, partition, offset, timestamp, key, value, headers }))
      batchMessages.observe(messages.length)
      try {
        await handle(messages, { signal, heartbeat })
      } catch (error) {
        if (isGroupError(error)) throw error
        if (signal.aborted) return
        const failure = (failures.get(origin) ?? 0) + 1
        failures.set(origin, failure)
        const waitMs = (error instanceof RetriableError ? error.retryAfterMs : undefined) ?? pauseMs(failure)
        logger.warn('partition waits', { origin, offset: messages[0]?.offset, wait_ms: waitMs, error: messageOf(error) })
        const resume = pause()
        paused.inc()
        setTimeout(() => {
          paused.dec()
          resume()
        }, waitMs).unref()
        return
      }
      failures.delete(origin)
      resolveOffset(messages.at(-1)?.offset ?? batch.lastOffset())
      await heartbeat()
    }
  }
}
