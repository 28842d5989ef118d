import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { defaultSourceName, isSourceName, sourceNamePattern, sourceNameRule } from '../auth/source-name.ts'
import type { IngressMetrics } from '../metrics.ts'
import { answerOf, type Outcome, outcomes } from '../outcome.ts'
import { answer, refuse } from './answer.ts'
import type { LimitedLog } from './limited-log.ts'

export interface AppOptions {
  /** Decides what becomes of one hook. It reads the body from the request. Never rejects. */
  receive(request: IncomingMessage, sourceName: string): Promise<Outcome>
  metrics: Pick<IngressMetrics, 'received' | 'hooks' | 'rejections' | 'inFlight' | 'duration'>
  logger: Logger
  limitedLog: LimitedLog
  /** Called for each hook that is answered with 503. */
  onUnavailable(): void
  /** While true, each answer closes its connection, so that senders connect to another process. */
  isDraining(): boolean
}

/** Creates the listener of the HTTP server. The benchmark replaces it, to measure what this one costs. */
export type CreateListener = (options: AppOptions) => RequestListener

/** The spelling of the path that every GitLab uses. Express handles all other spellings. */
const usualPath = new RegExp(`^/hooks(?:/(${sourceNamePattern}))?$`)

/**
 * The HTTP interface: `POST /hooks` and `POST /hooks/<source>`, nothing else. The body is not parsed here.
 * A hook with the usual path bypasses Express, because routing by Express costs more than the encoding of
 * the record.
 */
export const createApp: CreateListener = (options) => {
  const { logger } = options
  const post = createPost(options)
  const fail = (response: ServerResponse, error: unknown) => {
    const status = Number((error as { status?: unknown }).status ?? 500)
    if (status >= 500)
      logger.error('a request failed because of an internal error', { error: messageOf(error) })
    if (response.headersSent) response.destroy()
    else refuse(response, status, status >= 500 ? 'internal error' : 'bad request')
  }
  const app = createExpressApp(post, fail)
  return (request, response) => {
    const match = request.method === 'POST' ? usualPath.exec(request.url ?? '') : null
    if (match === null) return void app(request, response)
    post(request, response, match[1] ?? defaultSourceName).catch((error: unknown) => fail(response, error))
  }
}

type Post = (request: IncomingMessage, response: ServerResponse, source: string) => Promise<void>

/** Receives one hook, answers it and counts it. */
const createPost = (options: AppOptions): Post => {
  const { receive, metrics, limitedLog, onUnavailable, isDraining } = options
  return async (request, response, source) => {
    if (!isSourceName(source)) return refuse(response, 404, sourceNameRule)
    metrics.received.inc()
    metrics.inFlight.inc()
    const startedAt = performance.now()
    let outcome: Outcome
    try {
      outcome = await receive(request, source)
    } finally {
      // From here to the count of the outcome there is no `await`: the accounts are right at any time.
      metrics.inFlight.dec()
    }
    metrics.duration.observe((performance.now() - startedAt) / 1000)
    metrics.hooks.inc({ outcome: outcome.kind })
    if (outcome.kind === 'unavailable') onUnavailable()
    if ('rejection' in outcome) metrics.rejections.inc({ reason: outcome.rejection })
    logRefusal(limitedLog, source, outcome)
    if (isDraining()) response.setHeader('Connection', 'close')
    answer(response, outcomes[outcome.kind].status, answerOf(outcome))
  }
}

const createExpressApp = (post: Post, fail: (response: ServerResponse, error: unknown) => void) => {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false)
  app.enable('case sensitive routing')
  app
    .route('/hooks{/:source}')
    .post((request, response) => post(request, response, request.params.source ?? defaultSourceName))
    .all((_request, response) =>
      refuse(response.setHeader('Allow', 'POST'), 405, 'hooks must be sent by POST'),
    )
  app.use((_request, response) => refuse(response, 404, 'hooks are received at /hooks and /hooks/<source>'))
  app.use(((error, _request, response, _next) => fail(response, error)) as ErrorRequestHandler)
  return app
}

/** Writes why a hook was refused. `hook-log.ts` writes the line about each authenticated hook. */
const logRefusal = (limitedLog: LimitedLog, source: string, outcome: Outcome) => {
  if (!('reason' in outcome)) return
  const { kind, reason, rejection } = outcome
  limitedLog.warn(rejection ?? kind, 'a hook was refused', { source, outcome: kind, rejection, reason })
}
