import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { IngressMetrics } from '../metrics.ts'
import { answerOf, type Outcome, outcomes } from '../outcome.ts'

export interface AppOptions {
  /** The stages of one hook. Never rejects. */
  receive(request: IncomingMessage, sourceName: string): Promise<Outcome>
  metrics: Pick<IngressMetrics, 'received' | 'hooks' | 'rejections' | 'inFlight' | 'duration'>
  logger: Logger
  /** While true every answer closes its connection, so that senders move on to another process. */
  isDraining(): boolean
}

/** What makes a server's listener of the stages. */
export type CreateListener = (options: AppOptions) => RequestListener

const defaultSource = 'default'
const sourcePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/

/** The paths as everybody writes them. Other spellings are for Express to make out. */
const usualPath = /^\/hooks(?:\/([a-z0-9][a-z0-9_-]{0,62}))?$/

/**
 * The HTTP side of the door: `POST /hooks` and `POST /hooks/<source>`, nothing else; nothing parses before the stages do.
 * A hook at a usual path goes past Express, whose price every hook would pay for nothing; what Express gets is the rest.
 */
export const createApp: CreateListener = ({ receive, metrics, logger, isDraining }) => {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', false)
  app.enable('case sensitive routing')

  const post = async (request: IncomingMessage, response: ServerResponse, source: string): Promise<void> => {
    if (!sourcePattern.test(source))
      return refuse(response, 404, 'a source is named by lower-case letters, digits, _ and -')
    metrics.received.inc()
    metrics.inFlight.inc()
    const startedAt = performance.now()
    const outcome = await receive(request, source).finally(() => metrics.inFlight.dec())
    metrics.duration.observe((performance.now() - startedAt) / 1000)
    metrics.hooks.inc({ outcome: outcome.kind })
    if ('rejection' in outcome) metrics.rejections.inc({ reason: outcome.rejection })
    logOutcome(logger, source, outcome)
    if (isDraining()) response.setHeader('Connection', 'close')
    answer(response, outcomes[outcome.kind].status, answerOf(outcome))
  }
  app
    .route('/hooks{/:source}')
    .post((request, response) => post(request, response, request.params.source ?? defaultSource))
    .all((_request, response) => refuse(response.setHeader('Allow', 'POST'), 405, 'GitLab posts hooks here'))
  app.use((_request, response) => refuse(response, 404, 'hooks are received at /hooks and /hooks/<source>'))
  const fail = (response: ServerResponse, error: unknown) => {
    const status = Number((error as { status?: unknown }).status ?? 500)
    if (status >= 500) logger.error('request failed', { error: messageOf(error) })
    if (response.headersSent) response.destroy()
    else refuse(response, status, status >= 500 ? 'internal error' : 'bad request')
  }
  app.use(((error, _request, response, _next) => fail(response, error)) as ErrorRequestHandler)

  return (request, response) => {
    const usual = request.method === 'POST' ? usualPath.exec(request.url ?? '') : null
    if (usual === null) return void app(request, response)
    post(request, response, usual[1] ?? defaultSource).catch((error: unknown) => fail(response, error))
  }
}

/** Written by hand: on this path Express' own `json` costs more than the encoding of the record. */
const answer = (response: ServerResponse, status: number, body: Record<string, string>) => {
  if (!isWorthReading(response.req)) response.setHeader('Connection', 'close')
  const text = JSON.stringify(body)
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text)
}

/** A little more is read and thrown away: to close at once would reset the connection, and the sender would never see why. */
const discardedBytes = 1024 * 1024

/** What is left of a body nobody wants is not read for ever. */
const isWorthReading = ({ complete, headers }: IncomingMessage): boolean =>
  complete || Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= discardedBytes

const refuse = (response: ServerResponse, status: number, reason: string) =>
  answer(response, status, { outcome: 'refused', reason })

const logOutcome = (logger: Logger, source: string, outcome: Outcome) => {
  if ('reason' in outcome)
    logger.warn('hook turned away', { source, outcome: outcome.kind, reason: outcome.reason })
  else
    logger.debug('hook kept', {
      source,
      outcome: outcome.kind,
      event: outcome.event,
      delivery_id: outcome.id,
    })
}
