// Ids of all topics pass a proxy with buffers of 8 KB for headers, on their way to the client and back.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  createServer,
  get,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createApp } from '../../../../consumers/event-feed/http/app.ts'
import { createClientLimits } from '../../../../consumers/event-feed/http/client-limits.ts'
import type { Generation } from '../../../../consumers/event-feed/log/generation.ts'
import { createRecentItems } from '../../../../consumers/event-feed/log/recent-items.ts'
import { createFeedMetrics } from '../../../../consumers/event-feed/metrics.ts'
import { createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import { createFairQueue } from '../../../../consumers/event-feed/stream/fair-queue.ts'
import { createHub } from '../../../../consumers/event-feed/stream/hub.ts'
import { feedEvents } from '../../../../consumers/event-feed/subscription/events.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { openSse } from '../../../helpers/feed/sse-client.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

/** Sixty topics of six partitions: more than the feed has events, so some events have two topics. */
const topics = Array.from({ length: 60 }, (_, number) => {
  const event = feedEvents[number % feedEvents.length] ?? 'push'
  return { topic: `gitlab.${event}.${number}`, event, id: `id-${number}`, partitions: 6 }
})
const since = Date.parse('2026-12-01T12:00:00Z')

const listen = async (server: Server, t: TestContext): Promise<string> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The feed at some offset in every partition, behind a proxy. @returns the address of the proxy */
const openProxy = async (t: TestContext, offset: number): Promise<string> => {
  // The confidential topics count, too, so that no id can be longer.
  const layout = createLayout(
    'a-cluster',
    topics.map((topic) => ({ ...topic, event: 'push' as const })),
  )
  const next = new Float64Array(360).fill(offset)
  const generation: Generation = { layout, recent: createRecentItems(next.slice(), 1), next, time: since }
  const metrics = createFeedMetrics(createMetrics())
  const { logger } = recordingLogger()
  const log = {
    current: () => generation,
    offsets: {
      at: async () => layout.partitions.map(({ topic, partition }) => ({ topic, partition, offset })),
    },
  }
  const hub = createHub({ log, source: undefined as never, clientBytes: 1e6, metrics, logger })
  t.after(() => hub.close())
  const limits = createClientLimits(10, 10)
  const app = createApp({
    stream: { hub, log, tokens: undefined, limits, starts: createFairQueue(1), metrics } as never,
    record: undefined as never,
    corsOrigins: [],
    ...{ metrics, logger },
  })
  const feed = await listen(createServer({ maxHeaderSize: 8192 }, app as RequestListener), t)
  const proxy = createServer({ maxHeaderSize: 8192 }, (incoming, outgoing) => {
    const { host: _, ...headers } = incoming.headers
    const onward = request(
      feed + incoming.url,
      { headers, maxHeaderSize: 8192 },
      (answer: IncomingMessage) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      },
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    onward.end()
  })
  return await listen(proxy, t)
}

const headers = { Cookie: `a=${'c'.repeat(2000)}`, 'User-Agent': 'u'.repeat(500) }

/** Connects once for an id, and again with it. */
const resume = async (t: TestContext, url: string) => {
  const first = await openSse(`${url}/sse/`, headers)
  t.after(() => first.close())
  await eventually(() => assert.notEqual(first.lastId(), ''))
  const id = first.lastId()
  const again = await openSse(`${url}/sse/`, { ...headers, 'Last-Event-ID': id })
  t.after(() => again.close())
  const [resumed] = await again.until(({ length }) => length === 1)
  return { id, event: resumed?.event, data: JSON.parse(resumed?.data ?? '') }
}

test('an id of 60 topics with 6 partitions has less than 2 KB, passes a proxy, and resumes', async (t) => {
  const { id, event, data } = await resume(t, await openProxy(t, 200_000_000))
  assert.ok(id.length > 1000 && id.length < 2048, `${id.length}`)
  assert.deepEqual([event, data], ['resumed', { basis: 'offset' }])
})

test('an id that would be longer resumes by time, and says so', async (t) => {
  const { id, event, data } = await resume(t, await openProxy(t, 2 ** 40))
  assert.ok(id.length < 100, `${id.length}`)
  const because = 'offsets_too_long_for_an_id'
  const expected = { basis: 'time', because, since: new Date(since - 60_000).toISOString() }
  assert.deepEqual([event, data], ['resumed', expected])
})

test('the proxy of these tests refuses larger headers', async (t) => {
  const url = await openProxy(t, 1)
  const options = { headers: { 'Last-Event-ID': 'i'.repeat(8200) } }
  const answer = await new Promise<IncomingMessage>((resolve) => get(`${url}/sse/`, options, resolve))
  answer.resume()
  assert.equal(answer.statusCode, 431)
})
