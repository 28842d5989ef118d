import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { answerRequest, type SeenRequest } from './answer-request.ts'
import { createFaults, type Fault, type FaultMatch } from './faults.ts'
import { createLimiter, type Limiter, type RateLimit } from './rate-limit.ts'
import type { Reply } from './reply.ts'
import { emptyState, type GitlabState } from './state.ts'

/**
 * A strict double of GitLab's API. It checks method, path, token, scope, role and every parameter as GitLab
 * documents them, and refuses in GitLab's words. It is stricter in one point: GitLab ignores a parameter that
 * it does not know, and the double refuses it.
 */
export interface GitlabApiDouble {
  /** Base URL, without `/api/v4`. */
  readonly url: string
  readonly state: GitlabState
  /** Every request that was answered or cut, in order. */
  readonly requests: readonly SeenRequest[]
  /** What no worker may do: unknown endpoints and parameters, a token in a URL. A test expects none. */
  readonly misuses: readonly string[]
  /** Lets the next matching requests fail. */
  fail(fault: Fault, match?: FaultMatch): void
  /** Forgets the faults that no request has met. */
  stopFailing(): void
  /** Limits all requests from now on; undefined: no limit. */
  limit(limit: RateLimit | undefined): void
  stop(): Promise<void>
}

export interface DoubleOptions {
  /** Certificate and key for HTTPS. */
  tls?: ServerOptions
  /** The address that GitLab writes into links and redirects, if it is not the one that is called. */
  publicUrl?: string
  /** A path before `/api/v4`, for a GitLab below a relative URL. */
  basePath?: string
}

/** Starts the double on a free port of 127.0.0.1. It is empty: `seed.ts` fills it. */
export const startGitlabApi = async (options: DoubleOptions = {}): Promise<GitlabApiDouble> => {
  const state = emptyState()
  const requests: SeenRequest[] = []
  const misuses: string[] = []
  const faults = createFaults()
  let limiter: Limiter | undefined
  const context = { state, misuses, nextId: createIds(), limiter: () => limiter }

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const webUrl = options.publicUrl ?? url
    const body = await readText(request)
    const path = (request.url ?? '').replace(`${options.basePath ?? ''}/api/v4`, '')
    const fault = faults.take(request.method ?? '', path)
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'cut') return void request.socket.destroy()
    const given = { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body }
    const { reply, seen } =
      fault?.kind === 'answer'
        ? { reply: replyOf(fault), seen: { ...given, path, status: fault.status } }
        : answerRequest(given, { ...context, webUrl, basePath: options.basePath ?? '' })
    requests.push(seen)
    if (fault?.kind === 'stored_then_cut') return void request.socket.destroy()
    write(response, reply)
  }
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      misuses.push(`the double failed: ${error instanceof Error ? error.stack : error}`)
      write(response, { status: 500, body: { message: '500 Internal Server Error' } })
    })
  }
  const server = options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const scheme = options.tls === undefined ? 'http' : 'https'
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}${options.basePath ?? ''}`
  return {
    url,
    state,
    requests,
    misuses,
    fail: faults.plan,
    stopFailing: faults.clear,
    limit: (limit) => {
      limiter = limit && createLimiter(limit, Date.now)
    },
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const createIds = () => {
  let last = 1000
  return () => {
    last += 1
    return last
  }
}

const replyOf = ({ status, body, headers }: Extract<Fault, { kind: 'answer' }>): Reply => ({
  status,
  body,
  headers: headers ?? {},
})

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const write = (response: ServerResponse, { status, body, headers = {} }: Reply): void => {
  const isText = typeof body === 'string'
  const type = isText ? 'text/plain' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(body === undefined ? undefined : isText ? body : JSON.stringify(body))
}
