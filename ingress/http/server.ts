import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { watchFiles } from '../../lib/disk/watch-files.ts'
import type { Logger } from '../../lib/logger.ts'
import type { IngressSettings } from '../config.ts'
import type { IngressMetrics } from '../metrics.ts'
import { readCertificates } from './certificates.ts'

export interface HookServerOptions {
  settings: IngressSettings
  listener: RequestListener
  metrics: Pick<IngressMetrics, 'rejections'>
  logger: Logger
}

/** Slow senders are cut off: headers and the whole request have their time, and connections are counted. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2000,
}

/** How long a sender may take until its connection is encrypted, in milliseconds. Only then the limits above begin. */
const handshakeTimeout = 10_000

/** HTTP, or HTTPS where a certificate is configured; with a client authority only its holders may connect. */
export const createHookServer = (options: HookServerOptions): Server => {
  const { settings, listener } = options
  const server =
    settings.INGRESS_TLS_CERT_FILE === undefined
      ? createHttpServer(limits, listener)
      : createTlsServer(options)
  server.maxConnections = settings.INGRESS_MAX_CONNECTIONS
  return server
}

/** A connection shows the certificate of the time it was opened at. @throws ConfigError */
const createTlsServer = ({ settings, listener, metrics, logger }: HookServerOptions): Server => {
  const isMutual = settings.INGRESS_TLS_CLIENT_CA_FILE !== undefined
  const server = createHttpsServer(
    { ...limits, handshakeTimeout, requestCert: isMutual, rejectUnauthorized: isMutual },
    listener,
  )
  const watched = watchFiles({
    name: 'certificates',
    read: () => readCertificates(settings),
    // It is replaced whole: what is not given again is the default again.
    onRead: (options) => server.setSecureContext(options),
    logger,
  })
  server.on('close', watched.close)
  server.on('tlsClientError', (error: NodeJS.ErrnoException, { authorizationError }) => {
    // A sender whose certificate is refused leaves the same error as one that went away by itself, such as a probe of the port.
    const reason = String(authorizationError ?? error.code)
    if (reason === 'ECONNRESET') return
    metrics.rejections.inc({ reason: 'handshake' })
    logger.warn('connection turned away', { reason })
  })
  return server
}
