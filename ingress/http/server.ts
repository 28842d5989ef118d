import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { watchFiles } from '../../lib/disk/watch-files.ts'
import type { Logger } from '../../lib/logger.ts'
import type { IngressSettings } from '../config.ts'
import type { IngressMetrics } from '../metrics.ts'
import { expiryOf, expiryProblemOf, readCertificates } from './certificates.ts'
import type { Connections } from './connections.ts'
import type { LimitedLog } from './limited-log.ts'

export interface HookServerOptions {
  settings: IngressSettings
  listener: RequestListener
  connections: Pick<Connections, 'watch' | 'onRequest'>
  metrics: Pick<IngressMetrics, 'rejections' | 'certificateExpires'>
  logger: Logger
  limitedLog: LimitedLog
}

/** Limits of a connection, in milliseconds: slow and idle senders are disconnected. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2000,
}

/** Limit of the TLS handshake, in milliseconds. The limits above begin after it. */
const handshakeTimeout = 10_000

/**
 * The server of hooks: HTTPS if a certificate is configured, else HTTP. With a certificate authority of the
 * senders, only senders with a certificate of this authority can connect. `close` ends all of it.
 *
 * @throws ConfigError if the certificates cannot be used
 */
export const createHookServer = (options: HookServerOptions): Server => {
  const { settings, connections } = options
  const listener: RequestListener = (request, response) => {
    connections.onRequest(request, response)
    options.listener(request, response)
  }
  const server: Server & { httpAllowHalfOpen?: boolean } =
    settings.INGRESS_TLS_CERT_FILE === undefined
      ? createHttpServer(limits, listener)
      : createTlsServer({ ...options, listener })
  connections.watch(server)
  // A sender may end its half of the connection after the body. It still gets its answer.
  server.httpAllowHalfOpen = true
  return server
}

/** A connection keeps the certificate that was current when it was opened. */
const createTlsServer = ({ settings, listener, metrics, logger, limitedLog }: HookServerOptions): Server => {
  const isMutual = settings.INGRESS_TLS_CLIENT_CA_FILE !== undefined
  const server = createHttpsServer(
    { ...limits, handshakeTimeout, requestCert: isMutual, rejectUnauthorized: isMutual },
    listener,
  )
  const watched = watchFiles({
    name: 'certificates',
    read: () => readCertificates(settings),
    // This replaces the whole context: an option that is not given again gets its default again.
    onRead: (options) => {
      server.setSecureContext(options)
      metrics.certificateExpires.set(expiryOf(String(options.cert)))
      const problem = expiryProblemOf(String(options.cert), new Date())
      if (problem !== undefined)
        logger.warn('the certificate in INGRESS_TLS_CERT_FILE is not valid now: replace the file', {
          problem,
        })
    },
    logger,
  })
  server.on('close', watched.close)
  server.on('tlsClientError', (error: NodeJS.ErrnoException, { authorizationError }) => {
    const reason = String(authorizationError ?? error.code)
    // A sender that disconnects by itself, such as a probe of the port, is no rejection. A refused
    // certificate causes the same error code, but then the socket has an authorization error.
    if (reason === 'ECONNRESET') return
    metrics.rejections.inc({ reason: 'handshake' })
    limitedLog.warn(`handshake: ${reason}`, 'a connection was refused in the TLS handshake', { reason })
  })
  return server
}
