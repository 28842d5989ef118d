import type { Environment } from '../../lib/config.ts'
import { watchFiles } from '../../lib/disk/watch-files.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Metrics } from '../../lib/metrics/metrics.ts'
import type { GitlabApi } from './gitlab-api.ts'
import type { GitlabInstance } from './gitlab-instance.ts'
import { createGitlabApiMetrics, type GitlabApiMetrics } from './metrics.ts'
import { openInstance } from './open-instance.ts'
import type { Patience, TimeLimits } from './patience.ts'
import { readInstances } from './read-instances.ts'
import type { TokenScope } from './token-watch.ts'
import { createTransport } from './transport.ts'

/** The APIs that a worker may call: one for each GitLab with a token. */
export interface GitlabApis {
  /**
   * The API of the GitLab that a record comes from.
   *
   * @param instance `delivery.instance` of the record. Where it is null, because an old GitLab does not name
   *   itself, this is the only configured GitLab, if there is one only
   * @returns undefined if that GitLab is not configured: ids of one GitLab mean nothing in another
   */
  of(instance: string | null): GitlabApi | undefined
  /** All of them. They change when the files of settings change. */
  all(): readonly GitlabApi[]
  close(): Promise<void>
}

/** For a worker that does not call GitLab. */
export const noGitlabApis: GitlabApis = { of: () => undefined, all: () => [], close: async () => undefined }

export interface OpenOptions {
  /** Name of the worker, in kebab-case. */
  worker: string
  /** The names of all workers that call GitLab. Other names in GITLAB_API_FILE are refused. */
  workers?: readonly string[] | undefined
  /** The least scope with which the worker can do its work. */
  scope: TokenScope
  env: Environment
  logger: Logger
  metrics: Metrics
  /** Shorter times, for tests. */
  limits?: Readonly<Record<Patience, TimeLimits>>
}

/** A GitLab, its client, and what belongs to it. */
interface Opened {
  instance: GitlabInstance
  api: GitlabApi
  checkToken(): void
  close(): Promise<void>
}

const checkEveryMs = 60 * 60_000

/**
 * Opens the APIs of all configured instances. Their tokens are checked now and every hour. The files of
 * settings and tokens are read again when they change, so that a token is rotated without a restart.
 *
 * @throws ConfigError naming every variable or field at fault
 */
export const openGitlabApis = (options: OpenOptions): GitlabApis => {
  const { worker, workers, env, logger } = options
  let opened = new Map<string, Opened>()
  let metrics: GitlabApiMetrics | undefined
  const configure = (instances: readonly GitlabInstance[]) => {
    metrics ??= createGitlabApiMetrics(
      options.metrics,
      instances.map(({ instance }) => instance),
    )
    opened = replaceOpened(opened, instances, metrics, options)
  }
  const watched = watchFiles({
    name: 'settings of the GitLab API',
    read: () => readInstances(worker, env, workers),
    onRead: configure,
    logger,
  })
  const timer = setInterval(() => {
    for (const { checkToken } of opened.values()) checkToken()
  }, checkEveryMs).unref()
  return {
    of: (instance) => {
      const [only, ...others] = opened.values()
      if (instance === null) return others.length === 0 ? only?.api : undefined
      return opened.get(instance)?.api
    },
    all: () => [...opened.values()].map(({ api }) => api),
    close: async () => {
      watched.close()
      clearInterval(timer)
      await Promise.all([...opened.values()].map((each) => each.close()))
    },
  }
}

/** Keeps the clients of instances whose address has not changed: requests under way are not disturbed. */
const replaceOpened = (
  before: ReadonlyMap<string, Opened>,
  instances: readonly GitlabInstance[],
  metrics: GitlabApiMetrics,
  options: OpenOptions,
): Map<string, Opened> => {
  const after = new Map<string, Opened>()
  for (const instance of instances) {
    const kept = before.get(instance.instance)
    const isSame = kept?.instance.url === instance.url && kept.instance.ca === instance.ca
    const next = isSame ? Object.assign(kept, { instance }) : open(instance, metrics, options)
    after.set(instance.instance, next)
    next.checkToken()
  }
  for (const [name, each] of before) {
    if (!after.has(name)) metrics.removeToken(name)
    if (after.get(name) !== each) void each.close()
  }
  return after
}

const open = (instance: GitlabInstance, metrics: GitlabApiMetrics, options: OpenOptions): Opened => {
  const { scope, logger, limits } = options
  const transport = createTransport(instance.ca)
  const closing = new AbortController()
  const opened = { instance }
  const { api, checkToken } = openInstance({
    instance: () => opened.instance,
    ...{ transport, scope, metrics, logger, limits },
  })
  return Object.assign(opened, {
    api,
    checkToken: () => void checkToken(closing.signal),
    close: async () => {
      closing.abort()
      await transport.close()
    },
  })
}
