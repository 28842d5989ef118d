import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { startKafkaProxy } from '../../faults/kafka-proxy.ts'
import { eventually } from '../../process/eventually.ts'
import { freePort } from '../../process/free-ports.ts'
import { readSeries } from '../../process/read-series.ts'
import { post, pushOf } from '../../records/hooks.ts'
import type { Stack } from '../../servers/stack.ts'
import { onePartition, watch } from '../own-ingress.ts'
import type { PageCase } from '../page-case.ts'

const slow = 'event_feed_streams_ended_total{reason="slow"}'

/** Pages about the feed. */
export const feedCases: readonly PageCase<Stack>[] = [
  {
    page: 'feed-does-not-read',
    broken: 'the brokers refuse connections',
    breaks: async (stack, t) => {
      const proxy = await startKafkaProxy(stack.kafkaBrokers)
      t.after(proxy.close)
      const port = String(await freePort())
      const env = { ...stack.env, ...onePartition, KAFKA_BROKERS: proxy.address, EVENT_FEED_PORT: port }
      const feed = await stack.startReady(['consumer', 'event-feed'], env)
      await proxy.refuse()
      return { env, values: { port }, process: () => watch(feed), repair: proxy.accept }
    },
    Look: {
      '/readyz': { shows: /the log cannot be read/ },
      log: { shows: /the log cannot be read, and is tried again/ },
      'bridge lag': { code: 1, shows: /KAFKA_BROKERS: .*ECONNREFUSED/ },
    },
    Do: { 'bridge setup': { leftOut: 'the page names what may end streams once' } },
    Verify: {
      '/readyz': { shows: /"ready"/ },
      'curl --no-buffer': {
        as: 'curl --silent --no-buffer --max-time 17 http://127.0.0.1:<port>/sse/',
        code: 28,
        shows: /^:/m,
      },
    },
  },
  {
    page: 'feed-clients-are-dropped',
    broken: 'a program reads nothing of its stream',
    breaks: async (stack, t) => {
      const port = await freePort()
      const settings = { EVENT_FEED_PORT: String(port), EVENT_FEED_CLIENT_BUFFER_BYTES: '65536' }
      const feed = await stack.startReady(['consumer', 'event-feed'], settings)
      const ingress = await stack.startIngress()
      const client = connect(port, '127.0.0.1')
      t.after(() => client.destroy())
      client.on('error', () => undefined)
      await once(client, 'connect')
      client.pause()
      client.write('GET /sse/push HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
      const body = pushOf(1, { filler: 'x'.repeat(1_000_000) })
      await eventually(async () => {
        await post(ingress.hookUrl, body)
        assert.ok(Number(await readSeries(feed.metricsUrl, slow)) > 0)
      })
      return { env: stack.env, process: () => watch(feed), repair: async () => client.destroy() }
    },
    Look: {
      '/metrics': { shows: /^gitlab_bridge_event_feed_streams_ended_total\{reason="slow"\} 1$/m },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_event_feed_streams_ended_total\{reason="slow"\} 1$/m },
    },
  },
]
