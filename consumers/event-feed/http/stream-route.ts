import type { Request, Response } from 'express'
import { RetriableError } from '../../../lib/errors.ts'
import type { Offsets } from '../../../lib/kafka/offsets.ts'
import type { LiveLog } from '../log/live-log.ts'
import type { FeedMetrics } from '../metrics.ts'
import { type Coverage, coverageOf } from '../position/layout.ts'
import {
  type BeginOptions,
  beginById,
  beginNow,
  beginSince,
  type StreamStart,
  UnknownIdError,
} from '../stream/begin-stream.ts'
import { createClient, type FeedClient } from '../stream/client.ts'
import type { FairQueue } from '../stream/fair-queue.ts'
import type { Hub } from '../stream/hub.ts'
import { createOutput } from '../stream/output.ts'
import { createFilter } from '../subscription/filter.ts'
import { eventsOf, QueryError, readStreamQuery, type StreamQuery } from '../subscription/query.ts'
import { parseSince } from '../subscription/since.ts'
import { type Caller, callerOf, type Tokens } from './access-of-request.ts'
import { RefusedError } from './answer.ts'
import type { createClientLimits } from './client-limits.ts'

export interface StreamRouteOptions {
  hub: Hub
  log: LiveLog
  tokens: Tokens
  limits: ReturnType<typeof createClientLimits>
  /** Only some streams ask the brokers at a time where they begin. */
  starts: FairQueue
  metrics: FeedMetrics
}

/** Clients come back after this time, in milliseconds, each at another moment. */
const retryMs = () => 1000 + Math.floor(Math.random() * 2000)

/** `GET /sse/` and `GET /sse/<event>`. @throws RefusedError before anything is written */
export const serveStream = async (
  options: StreamRouteOptions,
  request: Request,
  response: Response,
): Promise<void> => {
  const { hub, log, tokens, limits, starts, metrics } = options
  const caller = callerOf(request, tokens)
  const query = queryOf(request)
  const events = eventsOf(query).filter(caller.access.reads)
  if (events.length === 0) throw new RefusedError(403, 'the token does not name these events')
  if (request.method === 'HEAD') {
    // Express passes HEAD to the route of GET. A stream without a body would hold a place for ever.
    writeHead(response)
    return void response.end()
  }
  const generation = log.current()
  const coverage = coverageOf(generation.layout, new Set(events))
  const free = limits.take(caller.name)
  const gone = new AbortController()
  response.once('close', () => {
    free()
    gone.abort(new Error('the client has gone'))
  })
  const ask: Ask = (question) => starts.run(caller.name ?? '', question, gone.signal)
  const offsets = queuedOffsets(log.offsets, ask)
  const start = await startOf(request, query, { generation, coverage, offsets })
  if (response.destroyed) return
  if (generation !== log.current()) throw new RefusedError(503, 'the topics have just changed: try again')
  metrics.begun.inc({ basis: basisOf(start, query) })
  const output = createOutput(response)
  const client = createStreamClient(caller, query, coverage, start, output)
  writeHead(response)
  tellStart(client, start)
  const stream = hub.add(client, output, caller)
  response.once('close', () => stream.end('client'))
}

/** When a thousand clients come at once, their questions would take the brokers' time from the reader. */
const queuedOffsets = (offsets: Offsets, ask: Ask): BeginOptions['offsets'] => ({
  at: (topics, time) => ask(() => offsets.at(topics, time)),
  ends: (topics) => ask(() => offsets.ends(topics)),
})

/** Asks the brokers when it is the client's turn. */
type Ask = <T>(question: () => Promise<T>) => Promise<T>

const queryOf = (request: Request): StreamQuery => {
  const { events } = request.params
  try {
    return readStreamQuery(request.query, typeof events === 'string' ? events : undefined)
  } catch (error) {
    if (error instanceof QueryError) throw new RefusedError(400, error.message)
    throw error
  }
}

const startOf = async (
  request: Request,
  { last_event_id, since }: StreamQuery,
  options: BeginOptions,
): Promise<StreamStart> => {
  const id = request.headers['last-event-id'] ?? last_event_id
  try {
    if (typeof id === 'string' && id !== '') return await beginById(id, options)
    const time = since === undefined ? undefined : parseSince(since, Date.now())
    return time === undefined ? beginNow(options) : await beginSince(time, options)
  } catch (error) {
    if (error instanceof UnknownIdError) throw new RefusedError(400, `Last-Event-ID: ${error.message}`)
    throw new RetriableError('the brokers do not answer', { cause: error })
  }
}

const basisOf = ({ resume }: StreamStart, { since }: StreamQuery) =>
  resume?.basis ?? (since === undefined ? 'now' : 'since')

const createStreamClient = (
  { access }: Caller,
  query: StreamQuery,
  coverage: Coverage,
  { next, time }: StreamStart,
  output: ReturnType<typeof createOutput>,
): FeedClient =>
  createClient({
    ...{ coverage, next, time, output },
    filter: createFilter(query, access),
    shape: query.shape,
  })

/** No proxy may store, change, compress or hold back the stream. */
const writeHead = (response: Response): void => {
  response.socket?.setNoDelay(true)
  response.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  response.write(`retry: ${retryMs()}\n\n`)
}

/** The first event says how the stream continues. The id alone comes even before the first event. */
const tellStart = (client: FeedClient, { resume }: StreamStart): void => {
  if (resume?.basis === 'time') {
    const since = new Date(resume.since).toISOString()
    client.tell('resumed', { basis: 'time', because: resume.because, since })
  } else if (resume !== undefined) {
    client.tell('resumed', { basis: 'offset' })
    if (resume.missing.length > 0) client.tell('reset', { missing: resume.missing })
  }
  client.beat()
}
