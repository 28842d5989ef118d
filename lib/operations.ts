import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import express from 'express'
import helmet from 'helmet'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import { port } from './config.ts'
import { UsageError } from './errors.ts'

/** The variables of the operations port of a process whose usual port is `metricsPort`. */
export const operationsVariables = (metricsPort: number) =>
  z.object({
    METRICS_HOST: z
      .string()
      .default('0.0.0.0')
      .describe('Address on which /metrics, /livez and /readyz listen.'),
    METRICS_PORT: port()
      .default(metricsPort)
      .describe('Port of /metrics, /livez and /readyz. 0: any free one.'),
  })

/** What a process says of itself; `status` is one word for people and dashboards. */
export interface Health {
  ok: boolean
  status: string
}

export interface OperationsOptions {
  host: string
  port: number
  registry: Registry
  /** Is the process doing anything at all? A failure asks for a restart. */
  isAlive(): Health
  /** May traffic or work be given to it? */
  isReady(): Health
  /** Brings gauges up to date that nobody sets as they change. */
  beforeScrape?(): void
}

export interface OperationsServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves `/metrics`, `/livez` and `/readyz`: 200 or 503 with `{"status": "…"}`. */
export const startOperationsServer = async ({
  host,
  port,
  registry,
  isAlive,
  isReady,
  beforeScrape,
}: OperationsOptions): Promise<OperationsServer> => {
  const app = express()
  app.use(helmet())
  app.get('/metrics', async (_request, response) => {
    beforeScrape?.()
    response.type(registry.contentType).send(await registry.metrics())
  })
  const probe = (read: () => Health) => (_request: express.Request, response: express.Response) => {
    const { ok, status } = read()
    response.status(ok ? 200 : 503).json({ status })
  }
  app.get('/livez', probe(isAlive))
  app.get('/readyz', probe(isReady))

  const server = createServer(app)
  await listen(server, port, host, 'METRICS')
  return { url: urlOf(server), close: () => close(server) }
}

type HttpServer = ReturnType<typeof createServer>

/**
 * Resolves once the server listens.
 *
 * @param variables what the names of the variables that say where begin with: `METRICS` for METRICS_HOST and METRICS_PORT
 * @throws UsageError naming the variable to change
 */
export const listen = (
  server: HttpServer,
  port: number,
  host: string,
  variables?: 'INGRESS' | 'METRICS',
): Promise<void> =>
  new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) => {
      const { which, problem } = whyNot(cause, port, host)
      reject(
        new UsageError(variables === undefined ? problem : `${variables}_${which}: ${problem}`, { cause }),
      )
    }
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      resolve()
    })
  })

const whyNot = (
  { code, message }: NodeJS.ErrnoException,
  port: number,
  host: string,
): { which: 'HOST' | 'PORT'; problem: string } => {
  if (code === 'EADDRINUSE')
    return { which: 'PORT', problem: `port ${port} on ${host} is taken; choose another (0: any free one)` }
  if (code === 'EACCES')
    return { which: 'PORT', problem: `port ${port} is not ours to use; choose another (0: any free one)` }
  return { which: 'HOST', problem: `cannot listen on ${host}: ${message}` }
}

/** The address a listening server can be reached at from this machine. */
export const urlOf = (server: HttpServer): string => {
  const { address, port } = server.address() as AddressInfo
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `${server instanceof TlsServer ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

const close = (server: HttpServer): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
