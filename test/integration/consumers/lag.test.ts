import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLagExporter } from '../../../cli/lag/lag-exporter.ts'
import { RetriableError } from '../../../lib/errors.ts'
import { recordingLogger } from '../../helpers/recording-logger.ts'
import { eventually } from '../../helpers/stack.ts'
import { openWorkerStack, publishPushes, pushConsumer, startHere, untilCount } from './worker-under-test.ts'

const running = pushConsumer('running', async ({ delivery }) => {
  await sleep(60)
  done.push(delivery.id)
})
const done: string[] = []
const paused = pushConsumer('paused', async () => {
  throw new RetriableError('down', { retryAfterMs: 60_000 })
})
const stopped = pushConsumer('stopped', async () => undefined)

const workers = [running, paused, stopped]
const stack = await openWorkerStack('lag', workers)
const topic = stack.names.topic('push')
const start = Date.now() - 300_000
// One a second of GitLab's time, so that a mistake of a few records shows.
const timeOf = (index: number) => start + index * 1000
await publishPushes(stack, 200, { partition: 0, receivedAt: timeOf })

/** What another client says: the oldest record behind the group's offset, and its age. */
const truth = async (name: string) => {
  const admin = stack.kafka.admin()
  await admin.connect()
  const [committed] = await admin.fetchOffsets({ groupId: stack.names.group(name), topics: [topic] })
  await admin.disconnect()
  const offset = Number(committed?.partitions.find(({ partition }) => partition === 0)?.offset)
  return { records: 200 - offset, seconds: offset === 200 ? 0 : (Date.now() - timeOf(offset)) / 1000 }
}

const { logger, lines } = recordingLogger()
const exporter = await startLagExporter({ ...stack.env, LAG_STALL_SECONDS: '3' }, logger, workers)
const metricsUrl = String(lines.find(({ message }) => message === 'exporting lag')?.fields.metrics)
const scrape = async (metric: string, labels: string) => {
  const text = await (await fetch(metricsUrl)).text()
  const line = text.split('\n').find((candidate) => candidate.startsWith(`gitlab_bridge_${metric}{${labels}}`))
  return Number(line?.split(' ').at(-1))
}
const lagOf = (name: string) => scrape('consumer_lag_seconds', `group="${stack.names.group(name)}",topic="${topic}"`)
const verdictOf = async (name: string, verdict: string) =>
  assert.equal(await scrape('consumer_lag_verdict', `group="${stack.names.group(name)}",verdict="${verdict}"`), 1)

const assertTrue = async (name: string) => {
  const [measured, true_] = [await lagOf(name), await truth(name)]
  assert.ok(Math.abs(measured - true_.seconds) < 2, `${name}: measured ${measured}, true ${true_.seconds}`)
}

test('lag in seconds is true within two seconds for a worker that runs, one that waits, and one that is stopped', async (t) => {
  t.after(exporter.stop)
  const workersHere = [await startHere(stack, running), await startHere(stack, paused)]
  for (const worker of workersHere) t.after(worker.stop)
  for (const count of [20, 60, 120]) {
    await untilCount(done, count)
    for (const { name } of workers) await assertTrue(name)
  }
  await verdictOf('running', 'behind')
  await verdictOf('stopped', 'stopped')
  await eventually(() => verdictOf('paused', 'stalled'))
  await untilCount(done, 200)
  await eventually(async () => assert.equal(await lagOf('running'), 0))
  await verdictOf('running', 'ok')
  await assertTrue('stopped')
  assert.equal(await scrape('consumer_lag_records', `group="${stack.names.group('stopped')}",topic="${topic}"`), 200)
})
