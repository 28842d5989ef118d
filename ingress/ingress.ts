import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEncoder } from '../lib/codec.ts'
import type { Environment } from '../lib/config.ts'
import { UsageError } from '../lib/errors.ts'
import { createKafka } from '../lib/kafka.ts'
import type { Running } from '../lib/lifecycle.ts'
import type { Logger } from '../lib/logger.ts'
import { createMetrics } from '../lib/metrics.ts'
import { type Health, listen, startOperationsServer, urlOf } from '../lib/operations.ts'
import { createRegistry, type Registry } from '../lib/registry.ts'
import { catalogue, eventTypes } from '../schemas/catalogue.ts'
import { typeOfShape, wireSchema } from '../schemas/load.ts'
import { createNames, type Names } from '../schemas/topics.ts'
import { createAdmit } from './admit.ts'
import { createApp } from './app.ts'
import { createAuthenticate } from './authenticate.ts'
import { readIngressSettings } from './config.ts'
import { createEncodeStage, type Encoders } from './encode.ts'
import { createIngressMetrics } from './metrics.ts'
import { createSender, readPartitionCounts } from './producer.ts'
import { createPublisher } from './publish.ts'
import { createReadBody } from './read-body.ts'
import { createReceive } from './receive.ts'

/** How long a leader may take to answer a produce request; two attempts fit into the deadline of a hook. */
const acknowledgeMs = 3000

/** Fewer than the 32 MiB a topic takes in one request. */
const batchLimits = { records: 500, bytes: 30 * 1024 * 1024, bytesPerPartition: 30 * 1024 * 1024 }

/**
 * Starts the ingress: resolves once hooks are accepted.
 *
 * @throws ConfigError, or UsageError where the cluster lacks our topics
 */
export const startIngress = async (env: Environment, logger: Logger): Promise<Running> => {
  const settings = readIngressSettings(env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const metrics = createMetrics()
  const ingressMetrics = createIngressMetrics(metrics)
  const clientId = names.group('ingress')

  const encoders = await readEncoders(createRegistry(settings, clientId), names)
  const kafka = createKafka(settings, clientId, logger, acknowledgeMs)
  const publisher = await createPublisher({
    connect: () => createSender(kafka, acknowledgeMs),
    readPartitionCounts: async () => withAllTopics(await readPartitionCounts(kafka, eventTypes.map(names.topic)), names),
    limits: batchLimits,
    deadlineMs: settings.INGRESS_PUBLISH_DEADLINE_SECONDS * 1000,
    metrics: ingressMetrics,
    logger,
  })

  let state: 'ready' | 'draining' = 'ready'
  const receive = createReceive({
    admit: createAdmit({
      secretTokens: settings.INGRESS_SECRET_TOKENS,
      acceptsSignatures: settings.INGRESS_SIGNING_TOKENS.length > 0,
      signatureToleranceMs: settings.INGRESS_SIGNATURE_TOLERANCE_SECONDS * 1000,
      maxBodyBytes: settings.INGRESS_MAX_BODY_BYTES,
      now: Date.now,
    }),
    readBody: createReadBody(settings.INGRESS_MAX_BODY_BYTES, settings.INGRESS_BODY_TIMEOUT_SECONDS * 1000),
    authenticate: createAuthenticate(settings.INGRESS_SIGNING_TOKENS),
    encode: createEncodeStage(encoders, names),
    publisher,
    metrics: ingressMetrics,
    logger,
  })
  const app = createApp({ receive, metrics: ingressMetrics, logger, isDraining: () => state === 'draining' })
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 }, app)
  await listen(server, settings.INGRESS_PORT, settings.INGRESS_HOST)
  const operations = await startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: metrics.registry,
    isAlive: () => ({ ok: true, status: 'alive' }),
    isReady: (): Health => ({ ok: state === 'ready', status: state }),
  })
  logger.info('hooks are accepted', { url: `${urlOf(server)}/hooks`, metrics: `${operations.url}/metrics` })

  return {
    failure: new Promise<never>((_, reject) => server.on('error', reject)),
    stop: async () => {
      state = 'draining'
      await sleep(settings.INGRESS_DRAIN_SECONDS * 1000)
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeIdleConnections()
      await closed
      await publisher.stop()
      await operations.close()
    },
  }
}

const readEncoders = async (registry: Registry, names: Names): Promise<Encoders> => {
  const entries = eventTypes.map(async (event) => {
    const { schema } = catalogue[event]
    const id = await registry.idOf(names.subject(names.topic(event)), wireSchema(schema))
    return [event, createEncoder(typeOfShape(schema), id)] as const
  })
  return Object.fromEntries(await Promise.all(entries)) as unknown as Encoders
}

const withAllTopics = (counts: Map<string, number>, names: Names): Map<string, number> => {
  const absent = eventTypes.map(names.topic).filter((topic) => !counts.has(topic))
  if (absent.length > 0) throw new UsageError(`the cluster lacks ${absent.length} topics (${absent[0]}, …): run \`bridge setup\` first`)
  return counts
}
