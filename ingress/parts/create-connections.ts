import { networkOf, socketAddressOf } from '../auth/address.ts'
import type { WatchedSources } from '../auth/watch-sources.ts'
import type { IngressSettings } from '../config.ts'
import { readConnectionLimits } from '../http/connection-limit.ts'
import { type Connections, createConnections } from '../http/connections.ts'
import type { LimitedLog } from '../http/limited-log.ts'
import type { IngressMetrics } from '../metrics.ts'
import type { Stages } from '../receive.ts'

interface Parts {
  settings: IngressSettings
  sources: Pick<WatchedSources, 'isAddressAllowed'>
  metrics: Pick<IngressMetrics, 'rejections'>
  limitedLog: LimitedLog
  logger: Stages['logger']
}

const refusals = {
  address: 'a connection was refused, because no source allows its address',
  connections: 'a connection was closed, because there are too many',
} as const

/** Behind proxies the connection is the proxy's: its address says nothing about the sender. */
export const createIngressConnections = (parts: Parts): Connections => {
  const { settings, sources, metrics, limitedLog, logger } = parts
  const limits = readConnectionLimits(settings.INGRESS_MAX_CONNECTIONS, logger)
  const isDirect = settings.INGRESS_TRUSTED_PROXIES === 0
  const perAddress = settings.INGRESS_MAX_CONNECTIONS_PER_ADDRESS ?? Math.ceil(limits.connections / 2)
  return createConnections({
    limits: { ...limits, waitingPerSender: isDirect ? perAddress : limits.connections },
    addressOf: socketAddressOf,
    senderOf: networkOf,
    isAllowed: (address) => !isDirect || sources.isAddressAllowed(address),
    onRefused: (reason, address) => {
      metrics.rejections.inc({ reason })
      limitedLog.warn(`connection: ${reason}`, refusals[reason], { address })
    },
  })
}
