import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { freePort } from '../../process/free-ports.ts'

export interface ReceivedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  rawHeaders: readonly string[]
  body: Buffer
  at: number
}

/** How a receiver treats a request. `cut`: it keeps the request and then cuts the connection. */
export type Behaviour =
  | { status: number; body?: string; headers?: Record<string, string>; afterMs?: number }
  | 'cut'
  | 'hang'

export interface Receiver {
  url: string
  /** The requests that were taken: those that were answered 2xx, and those that were cut. */
  taken: readonly ReceivedRequest[]
  /** Every request. */
  all: readonly ReceivedRequest[]
  behave(decide: (request: ReceivedRequest, index: number) => Behaviour): void
  /** Refuses connections until `accept` is called. */
  refuse(): Promise<void>
  accept(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts a service that takes requests.
 *
 * @param check throws if the request is not as the service documents it; it is then answered 400
 */
export const startReceiver = async (
  check: (request: ReceivedRequest) => void = () => undefined,
): Promise<Receiver> => {
  const taken: ReceivedRequest[] = []
  const all: ReceivedRequest[] = []
  let decide: (request: ReceivedRequest, index: number) => Behaviour = () => ({ status: 200, body: 'ok' })
  const port = await freePort()
  const server = createServer(async (incoming, response) => {
    const parts: Buffer[] = []
    for await (const part of incoming) parts.push(part as Buffer)
    const { method = '', url: path = '', headers, rawHeaders } = incoming
    const request = { method, path, headers, rawHeaders, body: Buffer.concat(parts), at: Date.now() }
    const behaviour = decide(request, all.push(request) - 1)
    if (behaviour === 'hang') return
    if (behaviour === 'cut') {
      taken.push(request)
      incoming.socket.destroy()
      return
    }
    try {
      check(request)
    } catch (error) {
      response.writeHead(400).end(String(error))
      return
    }
    if (behaviour.status < 300) taken.push(request)
    if (behaviour.afterMs !== undefined)
      await new Promise((resolve) => setTimeout(resolve, behaviour.afterMs))
    response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body ?? '')
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    all,
    behave: (next) => {
      decide = next
    },
    refuse: async () => {
      const closed = once(server, 'close')
      server.closeAllConnections()
      server.close()
      await closed
    },
    accept: async () => {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
