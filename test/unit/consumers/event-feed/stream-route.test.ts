import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { createApp } from '../../../../consumers/event-feed/http/app.ts'
import { createClientLimits } from '../../../../consumers/event-feed/http/client-limits.ts'
import { createRecentItems } from '../../../../consumers/event-feed/log/recent-items.ts'
import { createFeedMetrics } from '../../../../consumers/event-feed/metrics.ts'
import { createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

test('a question for the headers of a stream begins none', async (t) => {
  const layout = createLayout('a', [{ topic: 'gitlab.push', event: 'push', id: 'id', partitions: 1 }])
  const next = new Float64Array(1)
  const generation = { layout, recent: createRecentItems(next, 1), next, time: 0 }
  const metrics = createFeedMetrics(createMetrics())
  let begun = 0
  const hub = {
    add: () => {
      begun += 1
      return { end: () => undefined }
    },
  }
  const limits = createClientLimits(1, 1)
  const app = createApp({
    stream: { hub, log: { current: () => generation }, tokens: undefined, limits, metrics } as never,
    record: undefined as never,
    corsOrigins: [],
    ...{ metrics, logger: recordingLogger().logger },
  })
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
