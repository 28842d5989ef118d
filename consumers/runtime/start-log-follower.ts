import { z } from 'zod'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { type Health, startOperationsServer } from '../../lib/http/operations-server.ts'
import { operationsVariables } from '../../lib/http/operations-variables.ts'
import { requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import { createKafka, endConnections, kafkaVariables } from '../../lib/kafka/client.ts'
import type { Running } from '../../lib/lifecycle.ts'
import type { Logger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { createNames } from '../../schemas/topics.ts'
import type { LogFollower } from '../log-follower.ts'
import { createReportedStatus } from './health/reported-status.ts'

/** All variables that a worker without a consumer group reads, including its own ones. */
const variablesOf = (follower: LogFollower) =>
  z.object({
    ...operationsVariables(follower.metricsPort).shape,
    ...kafkaVariables.shape,
    ...registryVariables.shape,
    ...follower.variables.shape,
  })

/**
 * Starts a worker that follows the log without a consumer group. Its operations port opens first, so that the
 * probes answer while it starts.
 *
 * @throws ConfigError naming every variable at fault; UsageError if a right is missing or a port is taken
 */
export const startLogFollower = async (
  follower: LogFollower,
  env: Environment,
  logger: Logger,
): Promise<Running> => {
  const settings = readVariables(variablesOf(follower), env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const metrics = createMetrics()
  let health = (): Health => ({ ok: false, status: 'starting' })
  const status = createReportedStatus(() => health(), logger)
  const opened = new AsyncDisposableStack()
  try {
    const operations = await startOperationsServer({
      host: settings.METRICS_HOST,
      port: settings.METRICS_PORT,
      registry: metrics.registry,
      isAlive: () => ({ ok: true, status: 'alive' }),
      isReady: status.read,
    })
    opened.defer(() => operations.close())
    const clientId = names.group(follower.name)
    const kafka = createKafka(settings, clientId, logger)
    opened.defer(() => endConnections(kafka))
    const topics = [...follower.events.map(names.topic), names.rawChunksTopic]
    await requireAccess(kafka, topicNeeds('Read', topics))
    const registry = createRegistry(settings, clientId)
    const own = readVariables(follower.variables, env)
    const following = await follower.start(own, { kafka, registry, names, metrics, logger })
    opened.defer(() => following.close())
    health = following.health
    opened.defer(status.start())
    logger.info('the worker follows the log', { metrics: `${operations.url}/metrics` })
    return {
      failure: following.failure,
      stop: async () => {
        health = () => ({ ok: false, status: 'stopping' })
        await opened.disposeAsync()
      },
    }
  } catch (error) {
    // An error while closing would hide the reason why the worker does not start.
    await opened.disposeAsync().catch(() => undefined)
    throw error
  }
}
