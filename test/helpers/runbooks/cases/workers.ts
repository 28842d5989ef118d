import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { setOffsets } from '../../../../cli/offsets/set-offsets.ts'
import { RetriableError } from '../../../../lib/errors.ts'
import { startKafkaProxy } from '../../faults/kafka-proxy.ts'
import { eventually } from '../../process/eventually.ts'
import { readSeries } from '../../process/read-series.ts'
import { publishPushes } from '../../records/publish-pushes.ts'
import { withAdmin } from '../../servers/with-admin.ts'
import type { PageCase, Shown } from '../page-case.ts'
import { startWorker, succeed, type WatchedWorker, watchWorker, worker } from '../watched-worker.ts'

/** The verdict of the lag exporter about the worker. */
const verdict = (name: string): Shown => ({
  shows: new RegExp(`^gitlab_bridge_consumer_lag_verdict\\{group="<group>",verdict="${name}"\\} 1$`, 'm'),
})
/** The line of `bridge lag` about the worker. */
const lag = (name: string): Shown => ({ shows: new RegExp(`^(?:${name}) +<group> `, 'm') })

/** Moves the worker to the end, so that a case begins with nothing to handle. */
const catchUp = ({ env }: WatchedWorker) => eventually(() => setOffsets(worker, { to: 'end' }, env))

const old = { receivedAt: () => Date.now() - 120_000 }

/** Pages about a worker that runs, waits or does not run, as the lag exporter sees it. */
export const workerCases: readonly PageCase<WatchedWorker>[] = [
  {
    page: 'worker-is-stopped',
    broken: 'a worker that has run is stopped, and records arrive',
    breaks: async (stack, t) => {
      await catchUp(stack)
      const running = await startWorker(stack, t)
      await running.stop()
      await publishPushes(stack.stack, 1)
      const repair = () => startWorker(stack, t)
      return { ...stack, process: () => stack.exporter, repair }
    },
    Look: { '/metrics': verdict('stopped'), 'bridge lag': lag('stopped') },
    Do: {
      'bridge consumer <worker>': { leftOut: 'the repair starts the worker, which goes on' },
      'bridge config': { shows: /^push-author-log +PUSH_AUTHOR_LOG_DIR/m },
      'kafka-consumer-groups.sh --bootstrap-server <broker> --delete --group <group>': {
        leftOut: 'the tools of Kafka are not in the embedded stack',
      },
    },
    Verify: { '/metrics': verdict('ok') },
  },
  {
    page: 'worker-is-stalled',
    broken: 'the brokers give the worker nothing',
    breaks: async (stack, t) => {
      await catchUp(stack)
      const proxy = await startKafkaProxy(stack.stack.kafkaBrokers)
      const times = { CONSUMER_STALL_SECONDS: '4', CONSUMER_TIMEOUT_SECONDS: '1' }
      const running = await startWorker(stack, t, succeed, { ...times, KAFKA_BROKERS: proxy.address })
      t.after(proxy.close)
      proxy.dropResponses('fetch', 'open')
      await publishPushes(stack.stack, 1)
      return { ...stack, process: () => watchWorker(running) }
    },
    Look: {
      log: { shows: /records are waiting and nothing moves: the Kafka client is replaced/ },
      '/metrics': { shows: /^gitlab_bridge_consumer_rebuilds_total [1-9]/m },
    },
    Verify: { 'bridge lag': lag('ok|behind') },
  },
  {
    page: 'worker-is-stalled',
    broken: 'a handler hangs',
    breaks: async (stack, t) => {
      await catchUp(stack)
      const { promise: gate, resolve: open } = Promise.withResolvers<void>()
      await startWorker(stack, t, () => gate, {
        CONSUMER_TIMEOUT_SECONDS: '300',
        CONSUMER_STALL_SECONDS: '600',
      })
      await publishPushes(stack.stack, 1, old)
      return { ...stack, process: () => stack.exporter, repair: async () => open() }
    },
    Look: { '/metrics': verdict('stalled'), 'bridge lag': lag('stalled') },
    Verify: { '/metrics': verdict('ok') },
  },
  {
    page: 'worker-is-behind',
    broken: 'old records wait for a slow worker',
    breaks: async (stack, t) => {
      await catchUp(stack)
      let pauseMs = 300
      await startWorker(stack, t, () => sleep(pauseMs))
      await publishPushes(stack.stack, 1000, old)
      const repair = async () => {
        pauseMs = 0
      }
      return { ...stack, process: () => stack.exporter, repair }
    },
    Look: { '/metrics': verdict('behind'), 'bridge lag': lag('behind') },
    Do: { 'bridge pushes': { leftOut: 'the page names a command that needs the folders' } },
    Verify: { '/metrics': verdict('ok') },
  },
  {
    page: 'worker-is-rewound',
    broken: 'the offsets of the worker went back',
    breaks: async (stack, t) => {
      await catchUp(stack)
      await publishPushes(stack.stack, 1)
      await catchUp(stack)
      // Only the exporter that knew the earlier offset can say that it went back.
      const { group, topic } = stack.values
      const none = `consumer_lag_records{group="${group}",topic="${topic}"}`
      await eventually(async () => assert.equal(await readSeries(stack.exporter.metricsUrl, none), 0))
      await setOffsets(worker, { to: 'beginning' }, stack.env)
      return { ...stack, process: () => stack.exporter, repair: () => startWorker(stack, t) }
    },
    Look: {
      '/metrics': verdict('rewound'),
      'bridge offsets set': { leftOut: 'the page asks whether somebody has run it' },
      'bridge rebuild': { leftOut: 'the page asks whether somebody has run it' },
      'bridge offsets list': { shows: /^<group> +<topic>\/0 +committed 0, offsets 0 to [1-9]/m },
    },
    Verify: { '/metrics': verdict('ok') },
  },
  {
    page: 'worker-waits',
    broken: 'one record causes an error that looks like an outage',
    breaks: async (stack, t) => {
      await catchUp(stack)
      const running = await startWorker(stack, t, async ({ delivery }) => {
        if (delivery.id === 'bad-0') throw new RetriableError('the wiki does not answer')
      })
      await publishPushes(stack.stack, 1, { prefix: 'bad' })
      await publishPushes(stack.stack, 1, { prefix: 'good' })
      await eventually(async () => assert.match(await running.live(), /paused/))
      const ends = await withAdmin(stack.stack.kafka, (admin) => admin.fetchTopicOffsets(stack.values.topic))
      const values = { ...stack.values, n: '0', 'offset + 1': String(Number(ends[0]?.high) - 1) }
      let now = watchWorker(running)
      const restart = async () => {
        now = watchWorker(await startWorker(stack, t))
      }
      return { ...stack, values, process: () => now, repair: running.stop, restart }
    },
    Look: {
      log: { shows: /circuit open.*the wiki does not answer|the wiki does not answer.*circuit open/ },
      '/livez': { shows: /"paused/ },
      '/readyz': { shows: /paused: / },
      'bridge lag': { shows: /^\w+ +<group> +.*2 records/m },
      'bridge config': { shows: /^kafka +KAFKA_BROKERS +\S+/m },
    },
    Do: {
      'bridge offsets list <worker>': { shows: /<topic>\/0 +committed \d+, offsets 0 to / },
      'bridge offsets set <worker> --topic <topic> --partition <n> --to <offset + 1>': {
        shows: /<topic>\/0 +\d+ -> /,
      },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_consumer_circuit_state\{state="closed"\} 1$/m },
      'bridge lag': lag('ok'),
    },
  },
  {
    page: 'worker-does-not-join',
    broken: 'no broker answers',
    breaks: async (stack, t) => {
      const proxy = await startKafkaProxy(stack.stack.kafkaBrokers)
      const address = { KAFKA_BROKERS: proxy.address }
      const running = await startWorker(stack, t, succeed, address)
      t.after(proxy.close)
      await proxy.refuse()
      const values = { ...stack.values, broker: proxy.address }
      const process = () => watchWorker(running)
      return { env: { ...stack.env, ...address }, values, process, repair: proxy.accept }
    },
    Look: {
      '/readyz': { shows: /"brokers away/ },
      'bridge lag': { code: 1, shows: /KAFKA_BROKERS: <broker>.*ECONNREFUSED/ },
      'bridge config': { shows: /^kafka +KAFKA_BROKERS +<broker>/m },
    },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
  {
    page: 'process-is-down',
    broken: 'a worker is killed',
    breaks: async (stack, t) => {
      await catchUp(stack)
      const env = { ...stack.env, CONSUMER_SESSION_SECONDS: '6' }
      let process = await stack.stack.startReady(['consumer', worker], env)
      process.kill('SIGKILL')
      await process.exited
      await publishPushes(stack.stack, 1)
      const repair = async () => {
        process = await stack.stack.startReady(['consumer', worker], env)
        t.after(() => process.stop(10_000))
      }
      const values = { ...stack.values, metrics: process.metricsUrl }
      const watched = () => ({ metricsUrl: process.metricsUrl, log: () => process.lines.join('\n') })
      return { env: stack.env, values, process: watched, repair }
    },
    Look: {
      'bridge status': { as: 'bridge status --metrics <metrics>', shows: /<metrics>: no answer/ },
      'bridge lag': lag('stopped'),
    },
    Do: { 'bridge config': { shows: /^push-author-log +PUSH_AUTHOR_LOG_DIR/m } },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
]
