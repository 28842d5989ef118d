import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { ConfigError } from '../lib/errors.ts'
import type { IngressSettings } from './config.ts'

type TlsVariable = 'INGRESS_TLS_CERT_FILE' | 'INGRESS_TLS_KEY_FILE' | 'INGRESS_TLS_CLIENT_CA_FILE'

/** Slow senders are cut off: headers and the whole request have their time, and connections are counted. */
const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, connectionsCheckingInterval: 2000 }

/** HTTP, or HTTPS where a certificate is configured; with a client authority only its holders may connect. */
export const createHookServer = (settings: IngressSettings, listener: RequestListener): Server => {
  const { INGRESS_TLS_CERT_FILE: cert, INGRESS_TLS_CLIENT_CA_FILE: clientCa } = settings
  const server =
    cert === undefined
      ? createHttpServer(limits, listener)
      : createHttpsServer(
          {
            ...limits,
            minVersion: 'TLSv1.2',
            cert: read(settings, 'INGRESS_TLS_CERT_FILE'),
            key: read(settings, 'INGRESS_TLS_KEY_FILE'),
            ...(clientCa !== undefined && {
              ca: read(settings, 'INGRESS_TLS_CLIENT_CA_FILE'),
              requestCert: true,
              rejectUnauthorized: true,
            }),
          },
          listener,
        )
  server.maxConnections = settings.INGRESS_MAX_CONNECTIONS
  return server
}

const read = (settings: IngressSettings, variable: TlsVariable): string => {
  const file = settings[variable] ?? ''
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new ConfigError([{ variable, problem: `cannot read ${file}` }])
  }
}
