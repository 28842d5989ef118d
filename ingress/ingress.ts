import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../lib/config.ts'
import { messageOf, RetriableError, UsageError } from '../lib/errors.ts'
import { createKafka } from '../lib/kafka.ts'
import type { Running } from '../lib/lifecycle.ts'
import type { Logger } from '../lib/logger.ts'
import { createMetrics } from '../lib/metrics.ts'
import { listen, startOperationsServer, urlOf } from '../lib/operations.ts'
import { createRegistry } from '../lib/registry.ts'
import { eventTypes } from '../schemas/catalogue.ts'
import { createNames } from '../schemas/topics.ts'
import { createAdmit } from './admit.ts'
import { type CreateListener, createApp } from './app.ts'
import { startCanary } from './canary.ts'
import { createCarry } from './carry.ts'
import { readIngressSettings, spoolFolderOf } from './config.ts'
import { createByteBudget } from './door/byte-budget.ts'
import { createFailedLogins, createThrottle } from './door/failed-logins.ts'
import { createResends } from './door/resends.ts'
import { watchSources } from './door/watch-sources.ts'
import { createEncodeStage } from './encode.ts'
import { readEncoders } from './encoders.ts'
import { createFit } from './fit.ts'
import { createIngressMetrics } from './metrics.ts'
import { createOutlet, type OpenOutlet } from './outlet.ts'
import { createSender, readTopicFacts, type TopicFacts } from './producer.ts'
import { createPublisher } from './publish.ts'
import { createReadBody } from './read-body.ts'
import { readinessOf } from './readiness.ts'
import { createReceive } from './receive.ts'
import { createHookServer } from './server.ts'
import { startDrain } from './spool/drain.ts'
import { openSpool } from './spool/spool.ts'
import { openSpoolFolder } from './spool/spool-folder.ts'

/** How long a leader may take to answer a produce request. */
const acknowledgeMs = 3000

/** How long the start waits for Kafka and the registry before it goes on without them. */
const patienceMs = 5000

const batchLimits = { records: 500, bytes: 30 * 1024 * 1024 }
const segmentBytes = 64 * 1024 * 1024

/**
 * Starts the ingress: resolves once hooks are accepted, be it that Kafka and the registry have not answered yet.
 *
 * @param createListener another one than production's lets a benchmark see what ours costs
 * @throws ConfigError, or UsageError where the cluster answers and lacks our topics or schemas
 */
export const startIngress = async (env: Environment, logger: Logger, createListener: CreateListener = createApp): Promise<Running> => {
  const settings = readIngressSettings(env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const allMetrics = createMetrics()
  const metrics = createIngressMetrics(allMetrics)
  const clientId = names.group('ingress')
  const kafka = createKafka(settings, clientId, logger, acknowledgeMs)
  const registry = createRegistry(settings, clientId)

  const sources = watchSources(
    env,
    (now) => {
      for (const { label: source, secrets, signingKeys } of now) {
        for (const { label: credential } of secrets) metrics.credentialUsed.set({ source, proof: 'token', credential }, 0)
        for (const { label: credential } of signingKeys) metrics.credentialUsed.set({ source, proof: 'signature', credential }, 0)
      }
    },
    logger,
  )
  const spoolFolder = await openSpoolFolder(spoolFolderOf(settings))
  const spool = await openSpool(spoolFolder, { maxBytes: settings.INGRESS_SPOOL_MAX_BYTES, segmentBytes }, logger)

  const topics = [...eventTypes.map(names.topic), names.rawChunksTopic, names.canaryTopic]
  const connect = async (): Promise<OpenOutlet> => {
    const { encoders, from } = await readEncoders(registry, names, join(settings.BRIDGE_DATA_DIR, 'schema-ids.json'))
    const publisher = await createPublisher({
      connect: () => createSender(kafka, acknowledgeMs),
      readTopicFacts: () => demandAll(topics, readTopicFacts(kafka, topics)),
      limits: batchLimits,
      maxQueuedBytes: settings.INGRESS_QUEUE_BYTES,
      metrics,
      logger,
    })
    metrics.connected.set(1)
    metrics.schemaIdsFrom.set({ from }, 1)
    const fit = createFit(createEncodeStage(encoders, names), publisher.maxBytesOf, names.rawChunksTopic)
    return { carry: createCarry({ fit, publisher, metrics, logger }), publisher }
  }
  const outlet = createOutlet(connect, logger)
  const drain = startDrain(spool, outlet.carry, logger)

  let isDraining = false
  const receive = createReceive({
    admit: createAdmit({
      findSource: sources.find,
      trustedProxies: settings.INGRESS_TRUSTED_PROXIES,
      signatureToleranceMs: settings.INGRESS_SIGNATURE_TOLERANCE_SECONDS * 1000,
      maxBodyBytes: settings.INGRESS_MAX_BODY_BYTES,
      now: Date.now,
    }),
    throttle: createThrottle(createFailedLogins(settings.INGRESS_FAILED_LOGINS_PER_MINUTE, Date.now), settings.INGRESS_TRUSTED_PROXIES),
    readBody: createReadBody(settings.INGRESS_MAX_BODY_BYTES, settings.INGRESS_BODY_TIMEOUT_SECONDS * 1000),
    unproven: createByteBudget(settings.INGRESS_UNPROVEN_BYTES),
    resends: createResends(),
    carry: outlet.carry,
    publishDeadlineMs: settings.INGRESS_PUBLISH_DEADLINE_SECONDS * 1000,
    spool,
    names,
    metrics,
    logger,
  })
  const server = createHookServer(settings, createListener({ receive, metrics, logger, isDraining: () => isDraining }))
  await listen(server, settings.INGRESS_PORT, settings.INGRESS_HOST)
  // Hooks that come meanwhile are spooled: refused, they would be lost, and GitLab would count them as failures.
  await Promise.race([outlet.opened, sleep(patienceMs)])
  const canary = startCanary({ kafka, topic: names.canaryTopic, publisher: outlet.publisher, metrics, logger })

  metrics.spoolLimitBytes.set(settings.INGRESS_SPOOL_MAX_BYTES)
  const operations = await startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: allMetrics.registry,
    isAlive: () => ({ ok: true, status: 'alive' }),
    isReady: () =>
      readinessOf({ isDraining, outlet: outlet.state(), spool: spool.state, lastReadBack: canary.lastReadBack(), now: Date.now() }),
    beforeScrape: () => {
      metrics.spoolRecords.set(spool.state.records)
      metrics.spoolBytes.set(spool.state.bytes)
      metrics.spoolSetAside.set(spool.state.setAside)
      metrics.spoolOldest.set(spool.state.oldestReceivedAt === null ? 0 : (Date.now() - spool.state.oldestReceivedAt) / 1000)
    },
  })
  logger.info('hooks are accepted', { url: `${urlOf(server)}/hooks`, metrics: `${operations.url}/metrics`, kafka: outlet.state() })

  /** When the last hook that was accepted is answered at the latest. */
  const lastAnswerMs = (settings.INGRESS_BODY_TIMEOUT_SECONDS + settings.INGRESS_PUBLISH_DEADLINE_SECONDS + 1) * 1000

  return {
    failure: new Promise<never>((_, reject) => server.on('error', reject)),
    stop: async () => {
      isDraining = true
      await sleep(settings.INGRESS_DRAIN_SECONDS * 1000)
      const closed = once(server, 'close')
      server.close()
      // A connection on which nothing comes is not idle to Node, and its time limits end with `close`.
      const limit = setTimeout(() => server.closeAllConnections(), lastAnswerMs)
      await closed
      clearTimeout(limit)
      canary.stop()
      sources.close()
      const drained = drain.stop()
      await outlet.stop()
      await drained
      await spool.close()
      await operations.close()
    },
  }
}

/** Kafka that does not answer is waited for; Kafka that answers without our topics was never set up. */
const demandAll = async (
  topics: readonly string[],
  reading: Promise<ReadonlyMap<string, TopicFacts>>,
): Promise<ReadonlyMap<string, TopicFacts>> => {
  const facts = await reading.catch((error: unknown) => {
    throw new RetriableError(`Kafka: ${messageOf(error)}`, { cause: error })
  })
  const absent = topics.filter((topic) => !facts.has(topic))
  if (absent.length > 0) throw new UsageError(`the cluster lacks ${absent.length} of our topics (${absent[0]}): run \`bridge setup\` first`)
  return facts
}
