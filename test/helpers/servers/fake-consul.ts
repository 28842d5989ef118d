import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A strict double of Consul's key-value store: it refuses every request that Consul would not understand. */
export interface FakeConsul {
  url: string
  values: Map<string, string>
  puts: number
  /** What happens to requests from now on. */
  state: 'works' | 'answers 500' | 'cuts the connection after it has stored'
}

const maxValueBytes = 512 * 1024

/** @param token the only one that may read and write */
export const startFakeConsul = async (t: TestContext, token: string): Promise<FakeConsul> => {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (consul.state === 'answers 500') return response.writeHead(500).end('No cluster leader')
    const { status, text } = answer(consul, token, request, body)
    if (consul.state !== 'works') return response.destroy()
    return response.writeHead(status).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const consul: FakeConsul = { url: `http://127.0.0.1:${port}`, values: new Map(), puts: 0, state: 'works' }
  return consul
}

const answer = (
  consul: FakeConsul,
  token: string,
  { method, url = '', headers }: IncomingMessage,
  body: string,
): { status: number; text: string } => {
  if (headers['x-consul-token'] !== token) return { status: 403, text: 'Permission denied' }
  const [, path = '', query] = /^\/v1\/kv\/([^?]+)(?:\?(.*))?$/.exec(url) ?? []
  if (path === '' || path.startsWith('/')) return { status: 400, text: 'Missing key name' }
  const key = decodeURIComponent(path)
  if (method === 'PUT' && query === undefined) {
    if (Buffer.byteLength(body) > maxValueBytes) return { status: 413, text: 'Request body too large' }
    consul.puts += 1
    consul.values.set(key, body)
    return { status: 200, text: 'true\n' }
  }
  if (method !== 'GET' || query !== 'raw') return { status: 405, text: `method ${method} not allowed` }
  const value = consul.values.get(key)
  return value === undefined ? { status: 404, text: '' } : { status: 200, text: value }
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
