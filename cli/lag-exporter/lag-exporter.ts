import { z } from 'zod'
import { consumers } from '../../consumers/index.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { messageOf } from '../../lib/errors.ts'
import { operationsVariables, startOperationsServer } from '../../lib/http/operations-server.ts'
import { createKafka, endConnections, kafkaVariables } from '../../lib/kafka/client.ts'
import { readLog } from '../../lib/kafka/log-reader.ts'
import type { Running } from '../../lib/lifecycle.ts'
import type { Logger } from '../../lib/logger.ts'
import { createMetrics } from '../../lib/metrics/metrics.ts'
import { createNames } from '../../schemas/topics.ts'
import { openLagMeter } from '../lag-meter/open-lag-meter.ts'
import { lagExporterPort } from '../variables/lag-exporter-port.ts'
import { lagExporterVariables } from '../variables/lag-exporter-variables.ts'
import { followDeadLetters } from './follow-dead-letters.ts'
import { createFreshness } from './freshness.ts'
import { exportDeadLetters, exportLag } from './lag-metrics.ts'

const variables = z.object({
  ...operationsVariables(lagExporterPort).shape,
  ...kafkaVariables.shape,
  ...lagExporterVariables.shape,
})

/** Between scrapes it is measured this often, so that standing still is noticed; in milliseconds. */
const pollMs = 15_000
/** A measurement this old will do for a scrape, in milliseconds. */
const freshMs = 500

/** Resolves once lag was measured the first time. */
export const startLagExporter = async (
  env: Environment,
  logger: Logger,
  workers = consumers,
): Promise<Running> => {
  const settings = readVariables(variables, env)
  const names = createNames(settings.KAFKA_TOPIC_PREFIX)
  const kafka = createKafka(settings, names.group('lag-exporter'), logger)
  const { measure, close } = await openLagMeter(kafka, names, workers, {
    stallMs: settings.LAG_STALL_SECONDS * 1000,
    stalls: 'any partition',
  })
  const metrics = createMetrics()
  const lag = createFreshness(measure, freshMs, (error) =>
    logger.warn('lag could not be measured', { error: messageOf(error) }),
  )
  const stopping = new AbortController()
  const deadLetters = followDeadLetters(
    (options) => readLog(kafka, options),
    names,
    workers,
    stopping.signal,
    logger,
  )
  exportLag(
    metrics,
    workers.map(({ name }) => names.group(name)),
    lag,
  )
  exportDeadLetters(
    metrics,
    workers.map(({ name }) => name),
    deadLetters.open,
  )

  await lag.latest()
  const poll = setInterval(() => void lag.latest(), pollMs)
  const operations = await startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: metrics.registry,
    isAlive: () => ({ ok: true, status: 'alive' }),
    isReady: () => {
      if (lag.age() >= 4 * pollMs) return { ok: false, status: 'lag unknown' }
      if (workers.some(({ name }) => deadLetters.open(name) === undefined))
        return { ok: false, status: 'dead letters unknown' }
      return { ok: true, status: 'ready' }
    },
  })
  logger.info('exporting lag', { groups: workers.length, metrics: `${operations.url}/metrics` })
  return {
    failure: new Promise<never>(() => undefined),
    stop: async () => {
      clearInterval(poll)
      stopping.abort()
      await Promise.all([close(), deadLetters.ended, operations.close()])
      endConnections(kafka)
    },
  }
}
