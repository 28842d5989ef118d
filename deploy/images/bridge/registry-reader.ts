// A proxy in front of the schema registry that lets subscribers read schemas and change nothing, because the
// registry has no users. docker-compose.yml publishes it.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

const registry = { host: process.env.REGISTRY_HOST ?? 'registry', port: process.env.REGISTRY_PORT ?? 8080 }
const port = Number(process.env.PORT ?? 8081)

/** The Confluent API, which subscribers read. The registry has other APIs beside it. */
const root = '/apis/ccompat/v7/'

const answerError = (response: ServerResponse, status: number, message: string) => {
  const headers = { 'content-type': 'application/json', ...(status === 405 && { allow: 'GET, HEAD' }) }
  response.writeHead(status, headers).end(JSON.stringify({ error_code: status, message }))
}

const pass = (incoming: IncomingMessage, response: ServerResponse, path: string): void => {
  const { method, headers } = incoming
  const outgoing = request({ ...registry, method, path, headers: { accept: headers.accept ?? '*/*' } })
  outgoing.setTimeout(30_000, () => outgoing.destroy(new Error('no answer within 30 seconds')))
  outgoing.on('response', (answer) => {
    const type = answer.headers['content-type']
    response.writeHead(answer.statusCode ?? 502, type === undefined ? {} : { 'content-type': type })
    answer.pipe(response).on('error', () => answer.destroy())
  })
  outgoing.on('error', (error) => {
    if (response.headersSent) response.destroy()
    else answerError(response, 502, `The registry does not answer: ${error.message}`)
  })
  response.on('close', () => outgoing.destroy())
  outgoing.end()
}

const server = createServer((incoming, response) => {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD')
    return answerError(
      response,
      405,
      'This address can only be read. Schemas are registered by `bridge setup`.',
    )
  const url = URL.parse(incoming.url ?? '', 'http://registry')
  if (!url?.pathname.startsWith(root)) return answerError(response, 404, `There is only ${root} here.`)
  pass(incoming, response, url.pathname + url.search)
})
server.maxConnections = 500
server.listen(port)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0))
