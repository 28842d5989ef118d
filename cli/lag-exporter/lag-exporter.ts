import type { Kafka } from 'kafkajs'
import { z } from 'zod'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { messageOf } from '../../lib/errors.ts'
import { startOperationsServer } from '../../lib/http/operations-server.ts'
import { operationsVariables } from '../../lib/http/operations-variables.ts'
import { groupNeeds, requireAccess, topicNeeds } from '../../lib/kafka/access.ts'
import { createKafka, endConnections, kafkaVariables } from '../../lib/kafka/client.ts'
import { type ReadLogOptions, readLog } from '../../lib/kafka/log-reader.ts'
import type { Running } from '../../lib/lifecycle.ts'
import type { Logger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { createNames, type Names } from '../../schemas/topics.ts'
import { openLagMeter } from '../lag-meter/open-lag-meter.ts'
import { lagExporterPort } from '../variables/lag-exporter-port.ts'
import { lagExporterVariables } from '../variables/lag-exporter-variables.ts'
import { usedWorkersVariables } from '../variables/used-workers.ts'
import { type FollowedDeadLetters, followDeadLetters } from './follow-dead-letters.ts'
import { createFreshValue, type FreshValue } from './fresh-value.ts'
import { exportDeadLetters, exportLag } from './lag-metrics.ts'

const variables = z.object({
  ...operationsVariables(lagExporterPort).shape,
  ...kafkaVariables.shape,
  ...lagExporterVariables.shape,
})

/**
 * How often lag is measured between scrapes, in milliseconds. A stalled group is noticed only if lag is
 * measured regularly.
 */
const pollMs = 15_000
/** A scrape uses a measurement that is not older than this, in milliseconds. */
export const freshMs = 500
/** The exporter is not ready while the last measurement is older than this, in milliseconds. */
const readyMs = 4 * pollMs

/**
 * Starts the lag exporter. It resolves after the first measurement.
 *
 * @throws if Kafka cannot be reached or the operations port is taken; then all connections are closed again
 */
export const startLagExporter = async (
  env: Environment,
  logger: Logger,
  workers = consumers,
): Promise<Running> => {
  const settings = readVariables(variables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const kafka = createKafka(settings, names.group('lag-exporter'), logger)
  await checkAccess(kafka, names, workers)
  const stallMs = settings.LAG_STALL_SECONDS * 1000
  const { BRIDGE_WORKERS: named } = readVariables(usedWorkersVariables(workers), env)
  const meter = await openLagMeter(kafka, names, workers, named, { stallMs, stalls: 'any partition' })
  const lag = createFreshValue(meter.measure, freshMs, (error) =>
    logger.warn('lag could not be measured', { error: messageOf(error) }),
  )
  const stopping = new AbortController()
  const read = (options: ReadLogOptions) => readLog(kafka, options)
  const deadLetters = followDeadLetters(read, names, workers, stopping.signal, logger)
  const workerNames = workers.map(({ name }) => name)
  const metrics = createMetrics()
  exportLag(metrics, workerNames.map(names.group), lag)
  exportDeadLetters(metrics, workerNames, deadLetters.open)

  const closeClients = async () => {
    stopping.abort()
    await Promise.all([meter.close(), deadLetters.ended])
    endConnections(kafka)
  }
  try {
    await lag.latest()
    const operations = await startOperationsServer({
      host: settings.METRICS_HOST,
      port: settings.METRICS_PORT,
      registry: metrics.registry,
      isAlive: () => ({ ok: true, status: 'alive' }),
      isReady: () => readinessOf(lag, deadLetters, workerNames),
    })
    const poll = setInterval(() => void lag.latest(), pollMs)
    logger.info('the lag exporter is running', {
      groups: workers.length,
      metrics: `${operations.url}/metrics`,
    })
    return {
      failure: new Promise<never>(() => undefined),
      stop: async () => {
        clearInterval(poll)
        await Promise.all([closeClients(), operations.close()])
      },
    }
  } catch (error) {
    // An error while closing must not hide the reason why the exporter does not start.
    await closeClients().catch(() => undefined)
    throw error
  }
}

const checkAccess = (kafka: Kafka, names: Names, workers: typeof consumers) => {
  const events = new Set(workers.flatMap(({ events }) => events))
  const topics = [
    ...[...events].map(names.topic),
    ...workers.flatMap(({ name }) => [names.retryTopic(name), names.deadLetterTopic(name)]),
    names.workerStartsTopic,
  ]
  return requireAccess(kafka, [
    ...topicNeeds('Describe', topics),
    ...topicNeeds('Read', topics),
    ...groupNeeds(
      'Describe',
      workers.map(({ name }) => names.group(name)),
    ),
  ])
}

const readinessOf = (
  lag: FreshValue<unknown>,
  deadLetters: FollowedDeadLetters,
  workers: readonly string[],
): { ok: boolean; status: string } => {
  if (lag.ageMs() >= readyMs) return { ok: false, status: 'lag unknown' }
  const unknown = workers.filter((name) => deadLetters.open(name) === undefined)
  if (unknown.length > 0) return { ok: false, status: `dead letters unknown: ${unknown.join(', ')}` }
  return { ok: true, status: 'ready' }
}
