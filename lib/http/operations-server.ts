import { createServer } from 'node:http'
import express from 'express'
import helmet from 'helmet'
import type { Registry } from 'prom-client'
import { type HttpServer, listen, urlOf } from './listen.ts'

/** The state that a probe reports; `status` is one word or a short phrase for people and dashboards. */
export interface Health {
  ok: boolean
  status: string
}

export interface OperationsOptions {
  host: string
  port: number
  registry: Registry
  /** Whether the process works at all. If not, it should be restarted. */
  isAlive(): Health
  /** Whether the process can take traffic or work now. */
  isReady(): Health
  /** Sets the gauges whose values are computed only when they are scraped. */
  beforeScrape?(): void
}

export interface OperationsServer {
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves `/metrics`, `/livez` and `/readyz`. The probes answer 200 or 503 with `{"status": "…"}`.
 *
 * @throws UsageError naming METRICS_PORT or METRICS_HOST when the server cannot listen
 */
export const startOperationsServer = async (options: OperationsOptions): Promise<OperationsServer> => {
  const { host, port, registry, isAlive, isReady, beforeScrape } = options
  const app = express()
  app.use(helmet())
  app.get('/metrics', async (_request, response) => {
    beforeScrape?.()
    response.type(registry.contentType).send(await registry.metrics())
  })
  const probe = (readHealth: () => Health) => (_request: express.Request, response: express.Response) => {
    const { ok, status } = readHealth()
    response.status(ok ? 200 : 503).json({ status })
  }
  app.get('/livez', probe(isAlive))
  app.get('/readyz', probe(isReady))

  const server = createServer(app)
  await listen(server, port, host, 'METRICS')
  return { url: urlOf(server), close: () => close(server) }
}

const close = (server: HttpServer): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
