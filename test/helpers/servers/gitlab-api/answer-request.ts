import type { IncomingHttpHeaders } from 'node:http'
import type { z } from 'zod'
import { authenticate } from './access.ts'
import { redirectOf } from './moved-project.ts'
import { pageOf } from './paging.ts'
import type { Limiter } from './rate-limit.ts'
import { badParameter, notFound, Refusal, type Reply } from './reply.ts'
import { matchPath, type Route, readParameters } from './route.ts'
import { routes } from './routes.ts'
import type { GitlabState } from './state.ts'

export interface GivenRequest {
  method: string
  /** Path and query. */
  target: string
  headers: IncomingHttpHeaders
  body: string
}

/** A request as tests look at it. */
export interface SeenRequest extends GivenRequest {
  /** Below `/api/v4`, with its query. */
  path: string
  status: number
}

export interface AnswerContext {
  state: GitlabState
  misuses: string[]
  webUrl: string
  basePath: string
  nextId(): number
  limiter(): Limiter | undefined
}

/** The parameters of lists, which the double itself evaluates. */
const pagingParameters = ['page', 'per_page', 'pagination', 'cursor', 'page_token']

/** GitLab takes a token there too, but what is in a URL is in logs. */
const tokenParameters = ['private_token', 'access_token', 'job_token']

export const answerRequest = (
  given: GivenRequest,
  context: AnswerContext,
): { reply: Reply; seen: SeenRequest } => {
  const url = new URL(given.target, context.webUrl)
  const path = url.pathname.slice(`${context.basePath}/api/v4`.length)
  const limited = context.limiter()?.count()
  const reply = limited?.refusal ?? replyOrRefusal(() => answer(given, url, path, context))
  const headers = { date: new Date().toUTCString(), ...reply.headers, ...limited?.headers }
  return {
    reply: { ...reply, headers },
    seen: { ...given, path: path + url.search, status: reply.status },
  }
}

const replyOrRefusal = (make: () => Reply): Reply => {
  try {
    return make()
  } catch (error) {
    if (error instanceof Refusal) return error.reply
    throw error
  }
}

const answer = (given: GivenRequest, url: URL, path: string, context: AnswerContext): Reply => {
  const { state, misuses, webUrl, nextId } = context
  if (tokenParameters.some((name) => url.searchParams.has(name)))
    misuses.push(`${path}: a token is in the URL`)
  const found = findRoute(given.method, path)
  if (found === undefined) {
    misuses.push(`${given.method} ${path}: the double knows no such endpoint`)
    throw notFound()
  }
  const { route, parts } = found
  const caller = authenticate(state, given.headers, route.scope)
  const redirect = redirectOf(state, given.method, parts.id, url, webUrl)
  if (redirect !== undefined) return redirect
  const [givenQuery, givenBody] = [queryOf(url, route), bodyOf(given)]
  demandDocumented(route.query, givenQuery, misuses, path)
  demandDocumented(route.body, givenBody, misuses, path)
  const query = readParameters(route.query, givenQuery)
  const body = readParameters(route.body, givenBody)
  const now = () => new Date().toISOString()
  const reply = route.answer({ state, caller, path: parts, query, body, webUrl, nextId, now })
  return route.paging === 'none' ? reply : pageOf(reply, url, route.paging)
}

const findRoute = (
  method: string,
  path: string,
): { route: Route; parts: Record<string, string> } | undefined =>
  routes
    .filter((route) => route.method === method)
    .flatMap((route) => {
      const parts = matchPath(route.path, path)
      return parts === undefined ? [] : [{ route, parts }]
    })
    .at(0)

/** GitLab would silently ignore such a parameter, so that a misspelt one would go unnoticed. */
const demandDocumented = (shape: z.ZodObject, given: object, misuses: string[], path: string): void => {
  const unknown = Object.keys(given).filter((name) => !(name in shape.shape))
  if (unknown.length === 0) return
  misuses.push(`${path}: not documented: ${unknown.join(', ')}`)
  throw badParameter(`${unknown.join(', ')} is not documented`)
}

const queryOf = (url: URL, { paging }: Route): Record<string, unknown> => {
  const query: Record<string, unknown> = {}
  for (const name of new Set(url.searchParams.keys())) {
    if (paging !== 'none' && pagingParameters.includes(name)) continue
    const values = url.searchParams.getAll(name)
    if (name.endsWith('[]')) query[name.slice(0, -2)] = values
    else query[name] = values.at(-1)
  }
  return query
}

const bodyOf = ({ body, headers }: GivenRequest): object => {
  if (body === '') return {}
  const type = headers['content-type'] ?? ''
  if (!type.startsWith('application/json'))
    throw new Refusal(415, { error: `The provided content-type '${type}' is not supported.` })
  return JSON.parse(body)
}
