// The process of the clients. It receives orders as messages and answers each one.
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientsOrder, ClientsReport } from './clients.ts'
import { createMarkReader } from './mark.ts'

let delays: number[] = []
let ended = 0

const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY })

/** Resolves with the first bytes of the stream. */
const follow = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const onPart = createMarkReader((sentAt) => delays.push(Date.now() - sentAt))
    const request = get(url, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the feed answered ${response.statusCode}`))
      response.on('data', (part: Buffer) => {
        resolve()
        onPart(part)
      })
      response.on('close', () => {
        ended += 1
      })
    })
    request.on('error', reject)
  })

const waitMs = 30_000

const report = async (expected: number): Promise<ClientsReport> => {
  const startedAt = performance.now()
  while (delays.length < expected && performance.now() - startedAt < waitMs) await sleep(100)
  const sorted = Float64Array.from(delays).sort()
  delays = []
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  return { events: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1), ended }
}

process.on('message', async (order: ClientsOrder) => {
  if (order.do === 'report') return void process.send?.(await report(order.expected))
  for (const path of order.paths) await follow(order.url + path)
  process.send?.({})
})
process.on('disconnect', () => process.exit())
