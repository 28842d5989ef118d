import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from '../../../lib/backoff.ts'
import { type Pool, query } from '../../../lib/database.ts'
import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { GitlabApi } from '../../gitlab-api/gitlab-api.ts'
import type { GitlabApis } from '../../gitlab-api/open-gitlab-apis.ts'
import type { DirectoryMetrics } from '../metrics.ts'
import { realmIdOf } from '../store/realms.ts'
import { reconcile } from './reconcile.ts'

export interface Reconciling {
  stop(): Promise<void>
}

interface ReconcilingOptions {
  pool: Pool
  gitlab: GitlabApis
  metrics: DirectoryMetrics
  logger: Logger
}

const backoff = { firstMs: 60_000, maxMs: 60 * 60_000, jitter: 0.2 }

/** Compares the directory with GitLab's API now and every night at two o'clock UTC. */
export const startReconciling = (options: ReconcilingOptions): Reconciling => {
  const stopping = new AbortController()
  const running = run(options, stopping.signal).catch((error: unknown) => {
    if (!stopping.signal.aborted)
      options.logger.error('the directory is no longer compared with GitLab', { error: messageOf(error) })
  })
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

const run = async (options: ReconcilingOptions, signal: AbortSignal): Promise<void> => {
  for (let failures = 0; !signal.aborted; ) {
    const isDone = await reconcileAll(options, signal, failures)
    if (signal.aborted) return
    failures = isDone ? 0 : failures + 1
    const waitMs = isDone ? msUntilNight(Date.now()) : backoffMs(backoff, failures)
    await sleep(waitMs, undefined, { signal, ref: false })
  }
}

/** @returns whether every GitLab was compared to the end */
const reconcileAll = async (options: ReconcilingOptions, signal: AbortSignal, failures: number) => {
  const { gitlab, logger, metrics } = options
  const apis = gitlab.all()
  const results: boolean[] = []
  for (const api of apis) {
    try {
      await reconcileOne(options, api, signal)
      results.push(true)
    } catch (error) {
      if (signal.aborted) return false
      results.push(false)
      // A failure that lasts is logged once.
      if (failures === 0)
        logger.warn('the directory could not be compared with GitLab, this is tried again', {
          instance: api.instance,
          error: messageOf(error),
        })
    }
  }
  const isDone = results.every(Boolean)
  if (apis.length > 0 && isDone) metrics.reconciledAt.setToCurrentTime()
  metrics.reconcileFailing.set(isDone ? 0 : 1)
  return isDone
}

/** Only one process compares: another one that tries at the same time leaves it to the first. */
const reconcileOne = async (
  { pool, metrics, logger }: ReconcilingOptions,
  api: GitlabApi,
  signal: AbortSignal,
) => {
  const connection = await pool.connect()
  try {
    const [row] = await query<{ free: boolean }>(
      connection,
      "select pg_try_advisory_lock(hashtext('project_directory.reconcile'), hashtext($1)) as free",
      [api.instance],
    )
    if (row?.free !== true) return
    const realm = await realmIdOf(connection, { instance: api.instance, invented: '' })
    const startedAt = performance.now()
    await reconcile({ pool, api, metrics, realm, signal })
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    logger.info('the directory was compared with GitLab', { instance: api.instance, seconds })
  } finally {
    // The lock ends with its connection.
    connection.release(true)
  }
}

const dayMs = 24 * 60 * 60_000
const nightMs = 2 * 60 * 60_000

/** @param now milliseconds since 1970 */
export const msUntilNight = (now: number): number => {
  const sinceNight = (now - nightMs) % dayMs
  return dayMs - sinceNight
}
