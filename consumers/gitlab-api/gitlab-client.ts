import { z } from 'zod'
import { gitlabError } from './failure.ts'
import type { ApiQuery, ApiRequest, GitlabApi, PagesRequest, Paging } from './gitlab-api.ts'
import { nextQueryOf } from './links.ts'
import { type Patience, type TimeLimits, timeLimits } from './patience.ts'
import { type Connection, perform } from './perform.ts'
import { nameOf, type RawAnswer, type RawRequest } from './send-once.ts'

/** Makes the client of one GitLab. @param limits shorter times, for tests */
export const createGitlabClient = (
  connection: Connection,
  limits: Readonly<Record<Patience, TimeLimits>> = timeLimits,
): GitlabApi => {
  const send = (request: RawRequest, { patience = 'handler', signal }: Choices) =>
    perform(connection, request, { limits: limits[patience], signal })
  return {
    get instance() {
      return connection.instance().instance
    },
    call: async (request) => {
      const { method = 'GET', path, query = {}, body, read } = request
      const raw = {
        method,
        target: targetOf(path, searchOf(query)),
        body: body === undefined ? undefined : JSON.stringify(body),
      }
      return readShape(connection, raw, await send(raw, request), read)
    },
    pages: (request) => readPages(connection, request, (raw) => send(raw, request)),
  }
}

type Choices = Pick<ApiRequest<z.ZodType>, 'patience' | 'signal'>

async function* readPages<Shape extends z.ZodType>(
  connection: Connection,
  { path, query = {}, read, paging, perPage = 100 }: PagesRequest<Shape>,
  send: (raw: RawRequest) => Promise<RawAnswer>,
): AsyncGenerator<z.output<Shape>[], void> {
  let search: URLSearchParams | undefined = searchOf({ ...query, ...queryFor(paging), per_page: perPage })
  const seen = new Set<string>()
  while (search !== undefined) {
    const raw: RawRequest = { method: 'GET', target: targetOf(path, search), body: undefined }
    if (seen.has(raw.target)) throw unexpected(connection, raw, 200, 'its next page is one that was read')
    seen.add(raw.target)
    const answer = await send(raw)
    yield readShape(connection, raw, answer, z.array(read))
    search = nextQueryOf(answer.headers, search)
  }
}

const queryFor = (paging: Paging): ApiQuery =>
  paging.by === 'page' ? {} : { pagination: 'keyset', order_by: paging.order?.by, sort: paging.order?.sort }

const searchOf = (query: ApiQuery): URLSearchParams => {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'object') for (const each of value) search.append(`${name}[]`, each)
    else if (value !== undefined) search.append(name, String(value))
  }
  return search
}

const targetOf = (path: string, search: URLSearchParams): string =>
  search.size === 0 ? path : `${path}?${search}`

const readShape = <Shape extends z.ZodType>(
  connection: Connection,
  request: RawRequest,
  { parsed, status }: RawAnswer,
  shape: Shape,
): z.output<Shape> => {
  if (parsed.form === 'unreadable') throw notFromGitlab(connection, request, status)
  const result = shape.safeParse(parsed.form === 'json' ? parsed.value : undefined)
  if (result.success) return result.data
  const [{ path, message } = { path: [], message: '' }] = result.error.issues
  throw unexpected(connection, request, status, `${path.join('.') || 'the whole'}: ${message}`)
}

/** A request that changes something has been answered with 2xx, so it has had its effect. */
const effectOf = ({ method }: RawRequest) => (method === 'GET' ? 'none' : 'unknown')

const unexpected = (connection: Connection, request: RawRequest, status: number, problem: string) => {
  connection.onSent('unexpected', undefined)
  return gitlabError(
    `the answer to ${nameOf(connection.instance(), request)} has an unexpected shape: ${problem}`,
    { kind: 'unexpected', status, effect: effectOf(request) },
  )
}

const notFromGitlab = (connection: Connection, request: RawRequest, status: number) => {
  connection.onSent('unavailable', undefined)
  return gitlabError(
    `the answer to ${nameOf(connection.instance(), request)} is not JSON, so it is not from GitLab's API. ` +
      'Is a proxy or a sign-in page in front of it?',
    { kind: 'unavailable', status, effect: effectOf(request) },
  )
}
