import assert from 'node:assert/strict'
import { createServer, IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { test } from 'node:test'
import { createApp } from '../../../../consumers/event-feed/http/app.ts'
import { createClientLimits } from '../../../../consumers/event-feed/http/client-limits.ts'
import { refuseUnreadable } from '../../../../consumers/event-feed/http/refuse-unreadable.ts'
import { createRecentItems } from '../../../../consumers/event-feed/log/recent-items.ts'
import { createFeedMetrics } from '../../../../consumers/event-feed/metrics.ts'
import { createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import { createFairQueue } from '../../../../consumers/event-feed/stream/fair-queue.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

/** The application with one topic, and what it counts. */
const openApp = (hub: object, offsets: object = {}) => {
  const layout = createLayout('a', [{ topic: 'gitlab.push', event: 'push', id: 'id', partitions: 1 }])
  const next = new Float64Array(1)
  const generation = { layout, recent: createRecentItems(next, 1), next, time: 0 }
  const registry = createMetrics()
  const metrics = createFeedMetrics(registry)
  const limits = createClientLimits(2, 2)
  const starts = createFairQueue(1)
  const app = createApp({
    stream: {
      hub,
      log: { current: () => generation, offsets },
      tokens: undefined,
      limits,
      starts,
      metrics,
    } as never,
    record: { tokens: undefined, generation: () => generation } as never,
    corsOrigins: [],
    ...{ metrics, logger: recordingLogger().logger },
  })
  return { app, metrics, registry: registry.registry, starts }
}

test('a question for the headers of a stream begins none', async (t) => {
  let begun = 0
  const hub = {
    add: () => {
      begun += 1
      return { end: () => undefined }
    },
  }
  const { app } = openApp(hub)
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'HEAD', url: '/sse/push' })
  request.headers.host = '127.0.0.1'
  const response = new ServerResponse(request)
  t.after(() => response.destroy())
  app(request as never, response as never)
  await eventually(() => assert.equal(response.headersSent, true))
  assert.equal(response.statusCode, 200)
  assert.match(String(response.getHeader('Content-Type')), /^text\/event-stream/)
  assert.deepEqual([response.writableEnded, begun], [true, 0])
})

test('a client that leaves before its question by time is asked waits no longer', async (t) => {
  const answer = Promise.withResolvers<never[]>()
  let questions = 0
  const at = () => {
    questions += 1
    return answer.promise
  }
  const { app, starts } = openApp({ add: () => ({ end: () => undefined }) }, { at })
  const ask = () => {
    const url = '/sse/push?since=2026-01-01T00:00:00Z'
    const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url })
    request.headers.host = '127.0.0.1'
    const response = new ServerResponse(request)
    t.after(() => response.destroy())
    app(request as never, response as never)
    return response
  }
  const first = ask()
  const second = ask()
  await eventually(() => assert.deepEqual([questions, starts.waitingOf('')], [1, 1]))
  second.destroy()
  await eventually(() => assert.equal(starts.waitingOf(''), 0))
  answer.resolve([])
  await eventually(() => assert.equal(first.headersSent, true))
  assert.equal(questions, 1)
})

test('every refusal is counted, by its status', async (t) => {
  const { app, metrics, registry } = openApp({})
  const server = createServer({ maxHeaderSize: 2048, requireHostHeader: false }, app as RequestListener)
  refuseUnreadable(server, metrics.refused)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const ask = (head: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`${head}\r\nConnection: close\r\n\r\n`))
      socket.setEncoding('utf8').once('data', (text) => resolve(String(text).slice(9, 12)))
    })
  const host = 'Host: 127.0.0.1'
  for (const [head, status] of [
    ['nonsense', '400'],
    ['GET / HTTP/1.1', '400'],
    [`GET /sse/?shape=round HTTP/1.1\r\n${host}`, '400'],
    [`GET /sse/%ff HTTP/1.1\r\n${host}`, '400'],
    ['GET / HTTP/1.1\r\nHost: evil.example', '403'],
    [`GET /sse/confidential_issue HTTP/1.1\r\n${host}`, '403'],
    [`GET /nothing HTTP/1.1\r\n${host}`, '404'],
    [`GET /records/gitlab.push/9/0 HTTP/1.1\r\n${host}`, '404'],
    [`POST /session HTTP/1.1\r\n${host}\r\nContent-Length: 0`, '404'],
    [`POST / HTTP/1.1\r\n${host}\r\nContent-Length: 0`, '405'],
    [`GET / HTTP/1.1\r\n${host}\r\nCookie: ${'c'.repeat(3000)}`, '431'],
  ] as const)
    assert.equal(await ask(head), status, head.slice(0, 40))
  const text = await registry.metrics()
  const counts = [...text.matchAll(/requests_refused_total\{status="(\d+)"\} ([1-9]\d*)/g)]
  assert.deepEqual(
    counts.map(([, status, count]) => `${status}: ${count}`),
    ['400: 4', '403: 2', '404: 3', '405: 1', '431: 1'],
  )
})
