import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { refuseUnreadable } from '../../../../consumers/event-feed/http/refuse-unreadable.ts'
import { createFeedMetrics } from '../../../../consumers/event-feed/metrics.ts'
import { metricCatalogue } from '../../../../lib/metrics/catalogue.ts'
import { createMetricsFrom } from '../../../../lib/metrics/metrics.ts'

test('a refused connection is closed although the client keeps its half open', async (t) => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  refuseUnreadable(server, createFeedMetrics(createMetricsFrom(metricCatalogue)).refused, 10)
  const { port } = server.address() as AddressInfo
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.after(() => {
    client.destroy()
    server.close()
  })
  const [ours] = (await once(server, 'connection')) as [Socket]
  const isClosed = once(ours, 'close')
  client.write('rubbish\r\n\r\n')
  const [answer] = await once(client, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 400 /)
  await isClosed
})
