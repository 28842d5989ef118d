import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TrackerRequest {
  method: string
  url: URL
  headers: IncomingHttpHeaders
  body: string
}

/**
 * What becomes of a request. `cut`: the connection ends before the tracker has done anything.
 * `stored_then_cut`: the tracker does what it is asked, and the connection ends before the answer.
 * `stored_then_failed`: the same, and a proxy answers 502. `stored_then_hang`: the same, and no answer ever
 * comes. `hang`: nothing is done, and no answer ever comes. `sign_in`: a proxy answers with its page.
 */
export type TrackerFault =
  | 'cut'
  | 'stored_then_cut'
  | 'stored_then_failed'
  | 'stored_then_hang'
  | 'hang'
  | 'sign_in'
  | { status: number; headers?: Record<string, string>; body?: string }

export interface StoredComment {
  /** Milliseconds since 1970. */
  at: number
  /** As the tracker stores it: Remarkup, or the Atlassian Document Format. */
  content: unknown
}

/** The part of a double that does not depend on the kind of tracker. */
export interface TrackerDouble {
  url: string
  token: string
  requests: readonly TrackerRequest[]
  /** What the documentation of the tracker does not allow. A test expects none. */
  misuses: readonly string[]
  /** Makes a task, with comments that are there already, oldest first. */
  addTask(task: string, comments?: readonly StoredComment[]): void
  commentsOf(task: string): readonly StoredComment[]
  /** Decides about each request from now on; undefined: it is answered. */
  behave(decide: (request: TrackerRequest, index: number) => TrackerFault | undefined): void
  close(): Promise<void>
}

export interface TrackerReply {
  status: number
  body: unknown
  headers?: Record<string, string>
}

export interface TrackerState {
  tasks: Map<string, StoredComment[]>
  token: string
  misuse(text: string): void
}

/** Starts a double whose answers `answer` gives. */
export const startTrackerDouble = async (
  token: string,
  answer: (request: TrackerRequest, state: TrackerState) => TrackerReply,
): Promise<TrackerDouble> => {
  const [requests, misuses]: [TrackerRequest[], string[]] = [[], []]
  const tasks = new Map<string, StoredComment[]>()
  const state = { tasks, token, misuse: (text: string) => void misuses.push(text) }
  let decide: Parameters<TrackerDouble['behave']>[0] = () => undefined
  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part as Buffer)
    const { method = '', headers } = incoming
    const target = new URL(incoming.url ?? '/', 'http://tracker.example')
    const request = { method, url: target, headers, body: Buffer.concat(parts).toString() }
    if (target.href.includes(token)) state.misuse('the token is in the URL')
    const fault = decide(request, requests.push(request) - 1)
    if (fault === 'hang') return
    if (fault === 'cut') return void incoming.socket.destroy()
    if (fault === 'sign_in') return void response.end('<html>Sign in to continue</html>')
    if (typeof fault === 'object')
      return void response.writeHead(fault.status, fault.headers).end(fault.body ?? 'a fault')
    const { status, body, headers: more } = answer(request, state)
    if (fault === 'stored_then_hang') return
    if (fault === 'stored_then_cut') return void incoming.socket.destroy()
    if (fault === 'stored_then_failed') return void response.writeHead(502).end('Bad Gateway')
    response.writeHead(status, { 'content-type': 'application/json', ...more }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ token, requests, misuses },
    addTask: (task, comments = []) => void tasks.set(task, [...comments]),
    commentsOf: (task) => tasks.get(task) ?? [],
    behave: (next) => {
      decide = next
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
