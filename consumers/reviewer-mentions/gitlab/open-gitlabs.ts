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
  /** Ends the checks of the token. */
  end(): void
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
/** How soon changed settings are noticed, without a message for the destination. */
const readSettingsMs = 1000

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
    known?.end()
    const next = open(destination, { ...parts, outbounds, closing: closing.signal })
    opened.set(destination.name, next)
    if (known !== undefined) forget(known)
    next.checkToken()
    return next
  }
  /** Two destinations may be of one GitLab, and then have one series. */
  const forget = (gone: Opened) => {
    const instance = instanceOf(gone.destination)
    const others = [...opened.values()].filter((each) => each !== gone)
    if (!others.some((each) => instanceOf(each.destination) === instance)) measured.removeToken(instance)
  }
  const checkAll = () => {
    const configured = destinations()
    for (const [name, gone] of opened) {
      if (configured.some((each) => each.name === name)) continue
      gone.end()
      opened.delete(name)
      forget(gone)
    }
    for (const destination of configured) openedOf(destination)
  }
  checkAll()
  const settingsTimer = setInterval(checkAll, readSettingsMs).unref()
  const timer = setInterval(() => {
    for (const each of opened.values()) each.checkToken()
  }, checkEveryMs).unref()
  return {
    apiOf: (destination) => openedOf(destination).api,
    close: async () => {
      clearInterval(timer)
      clearInterval(settingsTimer)
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
  const ended = new AbortController()
  const signal = AbortSignal.any([closing, ended.signal])
  return { destination, api, checkToken: () => void checkToken(signal), end: () => ended.abort() }
}
