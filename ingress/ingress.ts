import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../lib/config.ts'
import { messageOf } from '../lib/errors.ts'
import { acceptWaiting } from '../lib/http/accept-waiting.ts'
import { listen, urlOf } from '../lib/http/listen.ts'
import { startOperationsServer } from '../lib/http/operations-server.ts'
import type { Running } from '../lib/lifecycle.ts'
import type { Logger } from '../lib/logger.ts'
import { answerWithinMs } from './config.ts'
import { type CreateListener, createApp } from './http/app.ts'
import { createParts, type IngressParts } from './parts/create-parts.ts'
import { operationsOptions } from './parts/operations.ts'
import { startCanary } from './publish/canary.ts'
import { startDrains } from './spool/start-drains.ts'

/** How long the start waits for Kafka and the registry before it goes on without them. */
const connectWaitMs = 5000

/**
 * Starts the ingress. Resolves once hooks are accepted, whatever Kafka and the registry say: until they can
 * be used, hooks go to the spool. If it throws, everything that was opened is closed again.
 *
 * @param createListener a benchmark replaces the listener, to measure what it costs
 * @throws ConfigError, or UsageError if a port is taken or another process uses the spool
 */
export const startIngress = async (
  env: Environment,
  logger: Logger,
  createListener: CreateListener = createApp,
): Promise<Running> => {
  const opened = new AsyncDisposableStack()
  try {
    const parts = await createParts({ env, logger, createListener }, opened)
    return await startParts(parts, opened)
  } catch (error) {
    await opened
      .disposeAsync()
      .catch((failure: unknown) =>
        logger.error('not everything was closed after the failed start', { error: messageOf(failure) }),
      )
    throw error
  }
}

const startParts = async (parts: IngressParts, opened: AsyncDisposableStack): Promise<Running> => {
  const { settings, deliveryPath, intervals, logGrowth, server, logger } = parts
  opened.defer(() => logGrowth.stop())
  startDelivery(parts, opened)
  opened.defer(() => closeNow(server))
  await listen(server, settings.INGRESS_PORT, settings.INGRESS_HOST, 'INGRESS')
  intervals.start()
  opened.defer(() => intervals.stop())
  // Hooks are accepted while the connection is being opened. They are spooled. A refused hook would be
  // lost, and GitLab would count it as a failure.
  await Promise.race([deliveryPath.opened, sleep(connectWaitMs, undefined, { ref: false })])

  void deliveryPath.opened.then(logGrowth.start)
  const canary = startCanary({
    kafka: parts.kafka,
    topic: parts.names.canaryTopic,
    publisher: deliveryPath.publisher,
    metrics: parts.metrics,
    logger,
    intervalMs: settings.INGRESS_CANARY_SECONDS * 1000,
  })
  opened.defer(() => canary.stop())
  const operations = await startOperationsServer(operationsOptions(parts, canary))
  logger.info('hooks are accepted', {
    url: `${urlOf(server)}/hooks`,
    metrics: `${operations.url}/metrics`,
    kafka: deliveryPath.state(),
    problem: deliveryPath.problem(),
  })
  return {
    failure: new Promise<never>((_, reject) => server.on('error', reject)),
    stop: async () => {
      await drainServer(parts)
      await opened.disposeAsync()
      await operations.close()
    },
  }
}

/** Connects and checks the rights in the background, and publishes the hooks of the spool. */
const startDelivery = (
  { deliveryPath, access, spools, logger }: IngressParts,
  opened: AsyncDisposableStack,
): void => {
  deliveryPath.start()
  access.start()
  opened.defer(() => access.stop())
  const drains = startDrains(spools, deliveryPath.deliver, logger)
  opened.defer(async () => {
    // The drains may wait for the brokers without a limit. Only stopping the delivery path ends that.
    const drained = drains.stop()
    await deliveryPath.stop()
    await drained
  })
}

/**
 * Hooks are still accepted for a while, so that load balancers can notice. Then the hooks in progress
 * are answered.
 */
const drainServer = async ({ settings, server, phase }: IngressParts): Promise<void> => {
  phase.isDraining = true
  await sleep(settings.INGRESS_DRAIN_SECONDS * 1000)
  await acceptWaiting(server)
  const closed = once(server, 'close')
  server.close()
  // Node does not close a connection on which no request has arrived, and its own limits end with `close`.
  const limit = setTimeout(() => server.closeAllConnections(), answerWithinMs(settings) + 1000)
  await closed
  clearTimeout(limit)
}

const closeNow = async (server: Server): Promise<void> => {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
