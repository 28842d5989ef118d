import { once } from 'node:events'
import { type Environment, readVariables } from '../../lib/config.ts'
import { messageOf } from '../../lib/errors.ts'
import { type OperationsServer, startOperationsServer } from '../../lib/http/operations-server.ts'
import type { Running } from '../../lib/lifecycle.ts'
import type { Logger } from '../../lib/logger.ts'
import { createMetrics, type Metrics } from '../../lib/metrics/metrics.ts'
import type { Consumer } from '../consumer.ts'
import { closeInTime } from './close-in-time.ts'
import { rebalanceTimeoutMs } from './group/group-client.ts'
import { type BrokerWatch, startBrokerWatch } from './health/broker-watch.ts'
import { createReportedStatus, type ReportedStatus } from './health/reported-status.ts'
import { livenessOf, readinessOf, startingCondition, type WorkerCondition } from './health/worker-health.ts'
import { pollsPerLimit } from './watchdog/stall-detector.ts'
import { startWatchdog } from './watchdog/watchdog.ts'
import { createWorkerParts, type PartsOptions, type WorkerParts } from './worker-parts.ts'
import { variablesOf } from './worker-variables.ts'

const neverAborted = new AbortController().signal

export interface StartOptions extends PartsOptions {
  /**
   * Aborted when the worker must stop. The start then resolves even if the worker has not joined, because
   * joining a group that waits for a dead member takes a minute.
   */
  stopSignal?: AbortSignal
}

/**
 * Starts a worker. Its operations port opens first: a process that cannot listen must not join the group, and
 * the probes must answer while the worker joins. Resolves once the worker has joined its group.
 *
 * @throws ConfigError naming every variable at fault
 * @throws GapError when records would be lost or repeated without a trace
 */
export const startWorker = async (
  consumer: Consumer,
  env: Environment,
  logger: Logger,
  { stopSignal = neverAborted, ...options }: StartOptions = {},
): Promise<Running> => {
  const settings = readVariables(variablesOf(consumer), env)
  const metrics = createMetrics()
  const createParts = () => createWorkerParts(consumer, env, logger, metrics, options)
  return await startWorkerWith({ settings, metrics, createParts, logger, stopSignal })
}

export interface WorkerStart {
  settings: WorkerParts['settings']
  metrics: Metrics
  /** Opens everything that the worker needs. */
  createParts(): Promise<WorkerParts>
  logger: Logger
  stopSignal: AbortSignal
}

/** As `startWorker`. When one part cannot be started, all of them are stopped and closed. */
export const startWorkerWith = async (start: WorkerStart): Promise<Running> => {
  let condition = (): WorkerCondition => startingCondition
  const status = createReportedStatus(() => readinessOf(condition()), start.logger)
  const operations = await startOperations(start, () => condition(), status)
  try {
    start.logger.info('the worker joins its group', { probes: operations.url })
    const parts = await start.createParts()
    const running = await startParts(parts, start, operations.url, status, (partsCondition) => {
      condition = partsCondition
    })
    return { failure: parts.failure, stop: () => running.stop().finally(() => operations.close()) }
  } catch (error) {
    await operations.close()
    throw error
  }
}

/** @param show receives the function that says how the parts are */
const startParts = async (
  parts: WorkerParts,
  { logger, stopSignal }: WorkerStart,
  operationsUrl: string,
  status: ReportedStatus,
  show: (condition: () => WorkerCondition) => void,
): Promise<Pick<Running, 'stop'>> => {
  const watches = new DisposableStack()
  const stop = async () => {
    watches.dispose()
    await closeInTime(parts)
  }
  try {
    const brokers = watches.adopt(watchBrokers(parts, logger), (watch) => watch.stop())
    show(() => conditionOf(parts, brokers))
    watches.defer(status.start())
    await parts.connect()
    await parts.begin()
    await parts.checkOffsets()
    await Promise.race([parts.member.start(), parts.failure, untilAborted(stopSignal)])
    watches.defer(watchProgress(parts, logger))
    watches.defer(parts.topicWatch.start())
    if (!stopSignal.aborted) {
      const { group, topics } = parts
      const metrics = `${operationsUrl}/metrics`
      logger.info('the worker is consuming', { group, topics: topics.length, metrics })
    }
    return { stop }
  } catch (error) {
    // An error while closing would hide the reason why the worker does not start.
    await stop().catch(() => undefined)
    throw error
  }
}

const untilAborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort')
}

const startOperations = (
  { settings, metrics }: WorkerStart,
  condition: () => WorkerCondition,
  status: ReportedStatus,
): Promise<OperationsServer> => {
  const sessionMs = 1000 * settings.CONSUMER_SESSION_SECONDS
  const silenceLimitMs = 2 * sessionMs
  return startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: metrics.registry,
    isAlive: () => livenessOf(condition(), silenceLimitMs, silenceLimitMs + rebalanceTimeoutMs),
    isReady: status.read,
  })
}

const watchBrokers = ({ member, reachBrokers }: WorkerParts, logger: Logger): BrokerWatch => {
  let awaySince = 0
  return startBrokerWatch({
    lastAnswerAt: member.lastAnswerAt,
    probe: reachBrokers,
    onChange: (areAway) => {
      if (areAway) awaySince = performance.now()
      else if (!member.hasStarted()) logger.info('the brokers answer again, and the worker goes on starting')
      // A client that has tried nothing meanwhile still waits for an answer from before the outage.
      else if (member.lastActivityAt() < awaySince) {
        logger.warn('the brokers answer again, but not the Kafka client: it is replaced')
        member.replaceClient().catch((error: unknown) => {
          logger.warn('the new Kafka client could not join the group', { error: messageOf(error) })
        })
      }
    },
  })
}

const conditionOf = (
  { stopping, member, breaker, topicWatch, degradedBy }: WorkerParts,
  brokers: Pick<BrokerWatch, 'areAway'>,
): WorkerCondition => ({
  isStopping: stopping.signal.aborted,
  areBrokersAway: brokers.areAway(),
  hasJoined: member.hasJoined(),
  pausedBy: breaker.reason(),
  isWaiting: breaker.state() === 'open',
  unread: topicWatch.unread(),
  degradedBy: degradedBy(),
  silentMs: performance.now() - member.lastActivityAt(),
})

const watchProgress = (parts: WorkerParts, logger: Logger): (() => void) =>
  startWatchdog({
    poll: parts.pollProgress,
    everyMs: (parts.settings.CONSUMER_STALL_SECONDS * 1000) / pollsPerLimit,
    replaceClient: async () => {
      parts.rebuilds.inc()
      await parts.member.replaceClient()
    },
    fail: parts.fail,
    logger,
  })
