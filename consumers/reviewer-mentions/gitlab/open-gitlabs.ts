import type { Logger } from '../../../lib/logger.ts'
import type { Metrics } from '../../../lib/metrics/metrics.ts'
import type { Destination } from '../../delivery/routes/destination.ts'
import { createOutbounds, type Outbounds } from '../../delivery/send/outbounds.ts'
import type { GitlabApi } from '../../gitlab-api/gitlab-api.ts'
import { createGitlabApiMetrics, type GitlabApiMetrics } from '../../gitlab-api/metrics.ts'
import { type InstanceOptions, openInstance } from '../../gitlab-api/open-instance.ts'
import { outboundTransport } from './outbound-transport.ts'

export type GitlabDestination = Destination<'gitlab'>

/** The GitLab instances of the routes file. */
export interface Gitlabs {
  /** The API of a destination. It is made anew when the settings of the destination change. */
  apiOf(destination: GitlabDestination): GitlabApi
  close(): Promise<void>
}

interface Opened {
  destination: GitlabDestination
  api: GitlabApi
  checkToken(): void
}

interface Options {
  logger: Logger
  metrics: Metrics
  /** The destinations as they are configured now. */
  destinations(): readonly GitlabDestination[]
  /** Shorter times, for tests. */
  limits?: InstanceOptions['limits']
}

const checkEveryMs = 60 * 60_000

/** Opens the instances. Their tokens are checked now, every hour, and when the settings have changed. */
export const openGitlabs = ({ logger, metrics, destinations, limits }: Options): Gitlabs => {
  const outbounds = createOutbounds()
  const opened = new Map<string, Opened>()
  const closing = new AbortController()
  const measured = createGitlabApiMetrics(metrics, destinations().map(instanceOf))
  const parts = { metrics: measured, logger, limits }
  const openedOf = (destination: GitlabDestination): Opened => {
    const known = opened.get(destination.name)
    if (known?.destination === destination) return known
    const next = open(destination, { ...parts, outbounds, closing: closing.signal })
    opened.set(destination.name, next)
    next.checkToken()
    return next
  }
  const checkAll = () => {
    const configured = destinations()
    for (const destination of configured) openedOf(destination).checkToken()
    for (const [name, { destination }] of opened) {
      if (configured.some((each) => each.name === name)) continue
      opened.delete(name)
      measured.removeToken(instanceOf(destination))
    }
  }
  for (const destination of destinations()) openedOf(destination)
  const timer = setInterval(checkAll, checkEveryMs).unref()
  return {
    apiOf: (destination) => openedOf(destination).api,
    close: async () => {
      clearInterval(timer)
      closing.abort()
      await outbounds.close()
    },
  }
}

interface OpenParts {
  outbounds: Outbounds
  metrics: GitlabApiMetrics
  logger: Logger
  limits: InstanceOptions['limits']
  closing: AbortSignal
}

/** The URL of a destination as hooks name it: without a path. */
export const instanceOf = ({ url }: Pick<GitlabDestination, 'url'>): string => new URL(url).origin

const open = (destination: GitlabDestination, { outbounds, closing, ...shared }: OpenParts): Opened => {
  const instance = {
    instance: instanceOf(destination),
    url: destination.url.replace(/\/+$/, ''),
    token: destination.token ?? '',
    ca: destination.ca,
    tokenSetting: `destinations.${destination.name}.token of ROUTES_FILE`,
  }
  const transport = outboundTransport(outbounds.of(destination))
  const parts = { ...shared, transport, scope: 'api' as const }
  const { api, checkToken } = openInstance({ instance: () => instance, ...parts })
  return { destination, api, checkToken: () => void checkToken(closing) }
}
