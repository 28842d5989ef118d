import { hash } from 'node:crypto'
import express, { type ErrorRequestHandler, type Request, type Response } from 'express'
import helmet from 'helmet'
import { z } from 'zod'
import type { BearerTokens, TokenAccess } from '../../../lib/bearer-tokens.ts'
import type { Pool } from '../../../lib/database.ts'
import { isCausedByRow } from '../../../lib/database-error.ts'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { readFreshness } from '../read/as-of.ts'
import { findHolder } from '../read/find-holder.ts'
import type { Scope } from '../read/scope.ts'
import { answerWith, type HttpAnswer, problem } from './answers.ts'
import { openApiOf } from './open-api.ts'
import { candidatesAnswer, movedAnswer } from './other-paths.ts'
import type { scopeQuery } from './query-shapes.ts'
import { BadQueryError, type Route, type RouteAnswer } from './route.ts'
import { routes } from './routes.ts'

export interface AppOptions {
  pool: Pool
  /** Undefined: everybody may ask, and everything is shown. */
  tokens: (() => BearerTokens) | undefined
  logger: Logger
  /** Called with each answer. */
  onAnswered(status: number, seconds: number): void
}

/** The read-only HTTP API of the directory. */
export const createApp = (options: AppOptions) => {
  const app = express()
  app.disable('etag')
  app.set('query parser', 'simple')
  app.enable('case sensitive routing')
  app.use(helmet())
  const document = openApiOf(routes)
  app.get('/openapi.json', (_request, response) => void response.json(document))
  for (const route of routes) {
    // To build a schema takes longer than to apply it.
    const shape = z.strictObject(route.query.shape)
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app.get(path, (request, response) => handle(options, { route, shape }, request, response))
    app.all(path, (request, response) => {
      response.setHeader('Allow', 'GET, HEAD')
      answerWith(request, response, problem(405, 'this API only reads: use GET'))
    })
  }
  app.use((request, response) => answerWith(request, response, problem(404, 'there is no such address')))
  app.use(failure(options.logger))
  return app
}

interface Address {
  route: Route
  /** What the query of a request must be. */
  shape: z.ZodObject
}

const handle = async (options: AppOptions, address: Address, request: Request, response: Response) => {
  const startedAt = performance.now()
  const answer = await answerOf(options, address, request).catch((error: unknown) => {
    if (error instanceof BadQueryError) return problem(400, error.message)
    // A number in a cursor that was made by hand can be larger than PostgreSQL's.
    if (isCausedByRow(error)) return problem(400, 'a parameter has a value that cannot be used')
    if (!(error instanceof RetriableError)) throw error
    options.logger.warn('the database does not answer a request', { error: messageOf(error) })
    return problem(503, 'the database of the directory does not answer: try again later')
  })
  const status = answerWith(request, response, answer)
  options.onAnswered(status, (performance.now() - startedAt) / 1000)
}

const answerOf = async (
  { pool, tokens }: AppOptions,
  { route, shape }: Address,
  request: Request,
): Promise<HttpAnswer> => {
  const access = tokens?.().accessOf(request.headers.authorization, Date.now())
  if (access === 'unknown') return problem(401, 'send a token: Authorization: Bearer <token>')
  if (access === 'expired') return problem(401, 'the token has expired')
  if (!request.accepts(route.hasLines ? ['json', 'text'] : ['json']))
    return problem(406, `this address answers application/json${route.hasLines ? ' or text/plain' : ''}`)
  const parsed = shape.safeParse(request.query)
  if (!parsed.success) return problem(400, sentenceOf(parsed.error))
  const scope = scopeOf(parsed.data as z.output<typeof scopeQuery>, access)
  const routeRequest = { pool, scope, query: parsed.data }
  // `as_of` is read first or together with the answer, so that the answer contains all that it names.
  if (route.subject === undefined) {
    const freshness = await readFreshness(pool, scope)
    return whole(await route.answer(routeRequest), freshness)
  }
  const given = String(request.params[route.subject]).replaceAll('\0', '')
  const { found, freshness } = await findHolder(pool, scope, route.subject, given)
  switch (found.kind) {
    case 'one':
      return whole(await route.answer(routeRequest, found.holder), freshness)
    case 'moved':
      return movedAnswer(route, found.holder, request)
    case 'several':
      return candidatesAnswer(route, found.candidates, request, freshness)
    case 'none':
      return problem(404, `no ${route.subject} is known with this id or path`)
  }
}

const scopeOf = (
  { instance, invented }: z.output<typeof scopeQuery>,
  access: TokenAccess | undefined,
): Scope => ({ instance: instance?.replace(/\/+$/, ''), invented: invented ?? '', access })

/** The ETag does not cover `as_of`, which every push changes. */
const whole = ({ body, lines }: RouteAnswer, freshness: object): HttpAnswer => {
  const digest = hash('sha256', JSON.stringify(body), 'base64url').slice(0, 22)
  return { status: 200, body: { ...body, ...freshness }, lines, etag: `W/"${digest}"` }
}

const sentenceOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [...path, message].join(': ')).join('; ')

/** Express calls it with what a request did to itself, such as a wrong escape in its path. */
const failure =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    const status = Number((error as { status?: unknown }).status ?? 500)
    if (status < 500) return void answerWith(request, response, problem(400, 'the address cannot be read'))
    logger.error('a request failed because of an internal error', { error: messageOf(error) })
    answerWith(request, response, problem(500, 'internal error'))
  }
