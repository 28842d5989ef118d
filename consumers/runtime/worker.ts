import { once } from 'node:events'
import type { Environment } from '../../lib/config.ts'
import { type OperationsServer, startOperationsServer } from '../../lib/http/operations-server.ts'
import type { Running } from '../../lib/lifecycle.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Consumer } from '../consumer.ts'
import { pollsPerLimit } from './watchdog/stall-detector.ts'
import { startWatchdog } from './watchdog/watchdog.ts'
import { createWorkerParts, type WorkerParts } from './worker-parts.ts'

const neverAborted = new AbortController().signal

/**
 * Starts a worker: its parts are made, and then started. Resolves once the worker has joined its group.
 *
 * @param stopSignal aborted when the worker must stop. The start then resolves even if the worker has not
 * joined, because joining a group that waits for a dead member takes a minute.
 * @throws ConfigError naming every variable at fault
 * @throws GapError when records would be lost or repeated without a trace
 */
export const startWorker = async (
  consumer: Consumer,
  env: Environment,
  logger: Logger,
  stopSignal: AbortSignal = neverAborted,
): Promise<Running> => {
  const parts = await createWorkerParts(consumer, env, logger)
  return await startWorkerParts(parts, logger, stopSignal)
}

/** Starts the parts of a worker. When one of them cannot be started, all of them are stopped and closed. */
export const startWorkerParts = async (
  parts: WorkerParts,
  logger: Logger,
  stopSignal: AbortSignal = neverAborted,
): Promise<Running> => {
  try {
    await parts.connect()
    await parts.checkOffsets()
    await Promise.race([parts.member.start(), parts.failure, untilAborted(stopSignal)])
    const operations = await startOperations(parts)
    const endWatchdog = watchProgress(parts, logger)
    if (!stopSignal.aborted) {
      const { group, topics } = parts
      logger.info('the worker is consuming', {
        group,
        topics: topics.length,
        metrics: `${operations.url}/metrics`,
      })
    }
    return {
      failure: parts.failure,
      stop: async () => {
        endWatchdog()
        await closeInTime(parts).finally(() => operations.close())
      },
    }
  } catch (error) {
    // An error while closing would hide the reason why the worker does not start.
    await closeInTime(parts).catch(() => undefined)
    throw error
  }
}

const untilAborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort')
}

const startOperations = ({
  settings,
  metrics,
  member,
  breaker,
  stopping,
}: WorkerParts): Promise<OperationsServer> => {
  const silenceLimitMs = 2000 * settings.CONSUMER_SESSION_SECONDS
  return startOperationsServer({
    host: settings.METRICS_HOST,
    port: settings.METRICS_PORT,
    registry: metrics.registry,
    isAlive: () => {
      if (Date.now() - member.lastActivityAt() >= silenceLimitMs) return { ok: false, status: 'stuck' }
      return { ok: true, status: breaker.state() === 'open' ? 'paused' : 'alive' }
    },
    isReady: () =>
      stopping.signal.aborted ? { ok: false, status: 'stopping' } : { ok: true, status: 'ready' },
  })
}

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

/** When a worker stops, the signal of its running calls is aborted after this time, in milliseconds. */
const releaseAfterMs = 5000
/** A worker promises to stop within 10 s. */
const closeLimitMs = 9000

/** Stops handling and closes everything. @throws Error saying what did not end in time */
const closeInTime = async ({ stopping, releasing, calls, close }: WorkerParts): Promise<void> => {
  stopping.abort()
  const release = setTimeout(() => releasing.abort(new Error('the worker stops')), releaseAfterMs)
  const late = Promise.withResolvers<never>()
  const limit = setTimeout(() => {
    late.reject(new Error(calls.size > 0 ? 'a handler does not end' : 'the brokers do not answer'))
  }, closeLimitMs)
  try {
    await Promise.race([close(), late.promise])
  } finally {
    clearTimeout(release)
    clearTimeout(limit)
  }
}
