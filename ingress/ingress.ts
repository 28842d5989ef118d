import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRegistry } from '../lib/avro/registry.ts'
import type { Environment } from '../lib/config.ts'
import { listen, urlOf } from '../lib/http/listen.ts'
import { startOperationsServer } from '../lib/http/operations-server.ts'
import { createKafka } from '../lib/kafka/client.ts'
import type { Running } from '../lib/lifecycle.ts'
import type { Logger } from '../lib/logger.ts'
import { createMetrics } from '../lib/metrics/metrics.ts'
import { eventTypes } from '../schemas/catalogue.ts'
import { createNames } from '../schemas/topics.ts'
import { createAdmit } from './auth/admit.ts'
import { createCredentialSeries } from './auth/credential-series.ts'
import { createFailedLogins, createThrottle } from './auth/failed-logins.ts'
import { createResends } from './auth/resends.ts'
import { watchSources } from './auth/watch-sources.ts'
import {
  answerWithinMs,
  readIngressSettings,
  readSourcesSettings,
  schemaIdsFileOf,
  spoolFolderOf,
} from './config.ts'
import { createDeliveryPath, type OpenDeliveryPath } from './delivery-path.ts'
import { type CreateListener, createApp } from './http/app.ts'
import { createByteBudget } from './http/byte-budget.ts'
import { createReadBody } from './http/read-body.ts'
import { createHookServer } from './http/server.ts'
import { createIngressMetrics } from './metrics.ts'
import { acknowledgeMs, openDeliveryPath } from './open-delivery-path.ts'
import { startCanary } from './publish/canary.ts'
import { readinessOf } from './readiness.ts'
import { createReceive } from './receive.ts'
import { awaitRegistry } from './record/await-registry.ts'
import { type KnownEncoders, readEncoders } from './record/encoders.ts'
import { openSpoolFolders } from './spool/spool-folders.ts'
import { openSpools } from './spool/spools.ts'
import { startDrains } from './spool/start-drains.ts'

/** How long the start waits for Kafka and the registry before it goes on without them. */
const patienceMs = 5000

/** How often a registry that did not say the schema ids at the start is asked again. */
const askRegistryMs = 10_000

/**
 * Starts the ingress: resolves once hooks are accepted, be it that Kafka and the registry have not answered
 * yet.
 *
 * @param createListener another one than production's lets a benchmark see what ours costs
 * @throws ConfigError, or UsageError where the cluster answers and has none of our topics, or lacks schemas
 */
export const startIngress = async (
  env: Environment,
  logger: Logger,
  createListener: CreateListener = createApp,
): Promise<Running> => {
  const settings = readIngressSettings(env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const allMetrics = createMetrics()
  const metrics = createIngressMetrics(allMetrics)
  const clientId = names.group('ingress')
  const kafka = createKafka(settings, clientId, logger, acknowledgeMs)
  const registry = createRegistry(settings, clientId)

  const credentials = createCredentialSeries(metrics.credentialUsed)
  const sources = watchSources(() => readSourcesSettings(env), credentials.configure, logger)
  const spoolBytes = settings.INGRESS_SPOOL_MAX_BYTES
  const folders = await openSpoolFolders(spoolFolderOf(settings), spoolBytes / 4)
  const spools = await openSpools(folders, eventTypes.map(names.topic), spoolBytes, logger)

  const schemas = () => readEncoders(registry, names, schemaIdsFileOf(settings), logger)
  let idsFrom: KnownEncoders['from'] | undefined
  const noteIdsFrom = (from: KnownEncoders['from']) => {
    idsFrom = from
    for (const each of ['registry', 'disk'] as const)
      metrics.schemaIdsFrom.set({ from: each }, each === from ? 1 : 0)
  }
  const connect = async (): Promise<OpenDeliveryPath> => {
    const { encoders, from } = await schemas()
    const { isWaitedFor } = spools
    const open = await openDeliveryPath({
      kafka,
      names,
      encoders,
      maxQueuedBytes: settings.INGRESS_QUEUE_BYTES,
      isWaitedFor,
      metrics,
      logger,
    })
    metrics.connected.set(1)
    noteIdsFrom(from)
    if (from === 'disk') {
      void awaitRegistry(schemas, askRegistryMs, logger).then((itsOwn) => {
        Object.assign(encoders, itsOwn)
        noteIdsFrom('registry')
      })
    }
    return open
  }
  const deliveryPath = createDeliveryPath(connect, logger)
  deliveryPath.start()
  const drains = startDrains(spools, deliveryPath.deliver, logger)

  let isDraining = false
  const receive = createReceive({
    admit: createAdmit({
      sources,
      trustedProxies: settings.INGRESS_TRUSTED_PROXIES,
      signatureToleranceMs: settings.INGRESS_SIGNATURE_TOLERANCE_SECONDS * 1000,
      maxBodyBytes: settings.INGRESS_MAX_BODY_BYTES,
      now: Date.now,
    }),
    throttle: createThrottle(
      createFailedLogins(settings.INGRESS_FAILED_LOGINS_PER_MINUTE, Date.now),
      settings.INGRESS_TRUSTED_PROXIES,
    ),
    readBody: createReadBody(settings.INGRESS_MAX_BODY_BYTES, settings.INGRESS_BODY_TIMEOUT_SECONDS * 1000),
    unproven: createByteBudget(settings.INGRESS_UNPROVEN_BYTES),
    resends: createResends(),
    credentials,
    deliver: deliveryPath.deliver,
    publishDeadlineMs: settings.INGRESS_PUBLISH_DEADLINE_SECONDS * 1000,
    answerWithinMs: answerWithinMs(settings),
    spools,
    names,
    metrics,
    logger,
  })
  const server = createHookServer({
    settings,
    listener: createListener({ receive, metrics, logger, isDraining: () => isDraining }),
    metrics,
    logger,
  })
  await listen(server, settings.INGRESS_PORT, settings.INGRESS_HOST, 'INGRESS')
  // Hooks that come meanwhile are spooled: refused, they would be lost, and GitLab would count them as
  // failures.
  await Promise.race([deliveryPath.opened, sleep(patienceMs)])
  const canary = startCanary({
    kafka,
    topic: names.canaryTopic,
    publisher: deliveryPath.publisher,
    metrics,
    logger,
  })

  metrics.spoolLimitBytes.set(spoolBytes)
  const unavailableTopics = () => deliveryPath.publisher()?.unavailableTopics() ?? []
  const operations = await startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: allMetrics.registry,
    isAlive: () => ({ ok: true, status: 'alive' }),
    isReady: () =>
      readinessOf({
        isDraining,
        deliveryPath: deliveryPath.state(),
        spool: spools.common.state,
        spools: spools.state(),
        unavailableTopics: unavailableTopics(),
        schemaIds: idsFrom,
        lastReadBack: canary.lastReadBack(),
        now: Date.now(),
      }),
    beforeScrape: () => {
      credentials.updateGauge()
      const { records, bytes, setAside, oldestReceivedAt } = spools.state()
      metrics.unavailableTopics.set(unavailableTopics().length)
      metrics.spoolRecords.set(records)
      metrics.spoolBytes.set(bytes)
      metrics.spoolSetAside.set(setAside)
      metrics.spoolOldest.set(oldestReceivedAt === null ? 0 : (Date.now() - oldestReceivedAt) / 1000)
    },
  })
  logger.info('hooks are accepted', {
    url: `${urlOf(server)}/hooks`,
    metrics: `${operations.url}/metrics`,
    kafka: deliveryPath.state(),
  })

  return {
    failure: new Promise<never>((_, reject) => server.on('error', reject)),
    stop: async () => {
      isDraining = true
      await sleep(settings.INGRESS_DRAIN_SECONDS * 1000)
      const closed = once(server, 'close')
      server.close()
      // A connection on which nothing comes is not idle to Node, and its time limits end with `close`.
      const limit = setTimeout(() => server.closeAllConnections(), answerWithinMs(settings) + 1000)
      await closed
      clearTimeout(limit)
      canary.stop()
      sources.close()
      const drained = drains.stop()
      await deliveryPath.stop()
      await drained
      await spools.close()
      await operations.close()
    },
  }
}
