import express, { type ErrorRequestHandler, type Request } from 'express'
import helmet from 'helmet'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { FeedMetrics } from '../metrics.ts'
import { type Refusal, RefusedError, refuse } from './answer.ts'
import { allowOrigins } from './cors.ts'
import { addPage } from './page-files.ts'
import { type RecordRouteOptions, readOneRecord } from './record-route.ts'
import { requireHost, requireOwnHost } from './require-host.ts'
import { addSessionRoutes } from './session-routes.ts'
import { type StreamRouteOptions, serveStream } from './stream-route.ts'

export interface AppOptions {
  stream: StreamRouteOptions
  record: RecordRouteOptions
  corsOrigins: readonly string[]
  metrics: FeedMetrics
  logger: Logger
}

/** Only our own files: no inline script, no inline style, no frame, no other site. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'worker-src': ["'self'"],
    'style-src': ["'self'"],
    'connect-src': ["'self'"],
    'img-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['feed'],
  },
}

/** The feed, its page, and single records. */
export const createApp = ({ stream, record, corsOrigins, metrics, logger }: AppOptions) => {
  const app = express()
  app.disable('etag')
  app.set('query parser', 'simple')
  app.enable('case sensitive routing')
  app.use(helmet({ contentSecurityPolicy, strictTransportSecurity: false }))
  app.use(requireHost)
  if (stream.tokens === undefined) app.use(requireOwnHost)
  app.use('/sse', allowOrigins(corsOrigins))
  app.get(['/sse', '/sse/:events'], (request, response) => serveStream(stream, request, response))
  app.get('/records/:topic/:partition/:offset', async (request, response) => {
    response.setHeader('Cache-Control', 'no-store')
    response.json(await readOneRecord(record, request))
  })
  addSessionRoutes(app, stream.tokens)
  addPage(app)
  app.use(({ method }: Request) => {
    if (method === 'GET' || method === 'HEAD') throw new RefusedError(404, 'there is no such address')
    throw new RefusedError(405, 'the feed only reads: use GET')
  })
  app.use(failure(metrics, logger))
  return app
}

const failure =
  (metrics: FeedMetrics, logger: Logger): ErrorRequestHandler =>
  (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const refusal = refusalOf(error)
    metrics.refused.inc({ status: `${refusal.status}` })
    if (refusal.status === 500)
      logger.error('a request failed because of an internal error', { error: messageOf(error) })
    refuse(response, refusal)
  }

const refusalOf = (error: unknown): Refusal => {
  if (error instanceof RefusedError) return error.refusal
  if (error instanceof RetriableError)
    return { status: 503, message: 'the brokers or the registry do not answer: try again later' }
  const status = Number((error as { status?: unknown }).status ?? 500)
  if (status < 500) return { status: 400, message: 'the request cannot be read' }
  return { status: 500, message: 'internal error' }
}
