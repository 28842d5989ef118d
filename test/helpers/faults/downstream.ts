import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { RetriableError } from '../../../lib/errors.ts'
import { freePort } from '../process/free-ports.ts'
import type { Push } from '../process/push-consumer.ts'
import type { Effect } from '../process/start-worker-process.ts'

/** A server to which a worker sends its records. While it is down, it refuses connections. */
export interface Downstream {
  /** What it has received, in order. */
  readonly received: readonly Effect[]
  /** @throws RetriableError while it is down */
  send(record: Push): Promise<void>
  goDown(): void
  comeBack(): Promise<void>
}

export const startDownstream = async (): Promise<Downstream> => {
  const received: Effect[] = []
  const port = await freePort()
  let server: Server
  const comeBack = async () => {
    server = createServer((request, response) => {
      const [, project, id = ''] = (request.url ?? '').split('/')
      received.push({ id, project: Number(project) })
      response.end()
    }).listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await comeBack()
  return {
    received,
    send: async ({ project_id, delivery }) => {
      const answer = fetch(`http://127.0.0.1:${port}/${project_id}/${delivery.id}`, { method: 'POST' })
      await answer.then(
        (response) => response.arrayBuffer(),
        (cause: unknown) => Promise.reject(new RetriableError('downstream does not answer', { cause })),
      )
    },
    goDown: () => {
      server.close()
      server.closeAllConnections()
    },
    comeBack,
  }
}
