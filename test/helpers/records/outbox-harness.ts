import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { databaseVariableOf } from '../../../lib/database-variable.ts'
import { eventually } from '../process/eventually.ts'
import { queryOnce } from '../servers/query-once.ts'
import type { EffectHarness } from './effect-harness.ts'
import { routeAllTo } from './route-all-to.ts'

interface Options {
  worker: 'chat-notifier' | 'hook-forwarder'
  /** The destination without its URL. */
  destination: object
  /** The header by which a receiver recognises a repeated request. */
  header: string
  databaseUrl: string
  folder: string
  least?: number
}

/** For a worker with an outbox. Its effects are the requests that a receiver gets. */
export const outboxHarness = async (options: Options): Promise<EffectHarness> => {
  const { worker, destination, header, databaseUrl, folder, least } = options
  const received: string[] = []
  const receiver = createServer((request, response) => {
    received.push(String(request.headers[header]))
    request.resume()
    response.end('{}')
  }).listen(0, '127.0.0.1')
  after(() => receiver.close())
  await once(receiver, 'listening')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  const routed = await routeAllTo(folder, { ...destination, url })
  return {
    env: { [databaseVariableOf(worker)]: databaseUrl, ...routed.env },
    ...(least !== undefined && { least }),
    effects: async () => [...received],
    settled: () => untilSent(databaseUrl, worker, routed.destination),
  }
}

/** Waits until a destination has taken all messages of a worker. */
export const untilSent = (databaseUrl: string, worker: string, destination: string): Promise<void> =>
  eventually(async () => {
    const table = `${worker.replace('-', '_')}.messages`
    const states = `select state from ${table} where destination = $1 group by state`
    assert.deepEqual(await queryOnce(databaseUrl, states, [destination]), [{ state: 'sent' }])
  })
