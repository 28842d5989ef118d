// A worker that nobody uses is not reported as stopped; one that has run, or that is named, is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printLag } from '../../../cli/lag/print-lag.ts'
import { printStatus } from '../../../cli/status/print-status.ts'
import type { Consumer } from '../../../consumers/consumer.ts'
import type { Environment } from '../../../lib/config.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { startLagExporterInProcess } from '../../helpers/process/lag-exporter-in-process.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const handled: string[] = []
const used = pushConsumer('used', async ({ delivery }) => {
  handled.push(delivery.id)
})
const unused = pushConsumer('unused', async () => undefined)
const workers = [used, unused]
const stack = await openWorkerStack('unused-workers', workers)
const topic = stack.names.topic('push')
const group = stack.names.group('unused')
await publishPushes(stack, 3)

type Print = (env: Environment, form: 'json', print: (line: string) => void, of: Workers) => Promise<void>
type Workers = readonly Consumer[]

/** The rows of `bridge lag --json`. */
const rows = async (print: Print, BRIDGE_WORKERS?: string) => {
  const lines: string[] = []
  await print({ ...stack.env, BRIDGE_WORKERS }, 'json', (line) => lines.push(line), workers)
  return lines.map((line) => JSON.parse(line))
}

test('a group is not used until its worker has run, and is used from then on', async (t) => {
  const exporter = await startLagExporterInProcess(stack, workers, [])
  t.after(exporter.stop)
  const isUsed = (worker: string) => exporter.value(`consumer_used{group="${stack.names.group(worker)}"}`)
  assert.deepEqual([await isUsed('used'), await isUsed('unused')], [0, 0])
  assert.equal(await exporter.verdict('used'), undefined)
  assert.ok(Number.isNaN(await exporter.lag('records', 'used', topic)))

  const worker = await startWorkerInProcess(stack, used)
  await untilCount(handled, 3)
  await eventually(async () => assert.equal(await exporter.verdict('used'), 'ok'))
  await worker.stop()
  await eventually(async () => assert.equal(await exporter.verdict('used'), 'stopped'))
  assert.equal(await exporter.lag('records', 'used', topic), 0)

  assert.deepEqual([await isUsed('used'), await isUsed('unused')], [1, 0])
  assert.equal(await exporter.verdict('unused'), undefined)
  assert.ok(Number.isNaN(await exporter.lag('records', 'unused', topic)))
  assert.equal(await exporter.value('dead_letters{consumer="unused"}'), 0)
})

const statusRows = async (BRIDGE_WORKERS?: string) => {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  await printStatus({ env: { ...stack.env, BRIDGE_WORKERS }, form: 'json', processes: {}, print, workers })
  return lines.map((line) => JSON.parse(line))
}

test('`bridge lag` and `bridge status` have one line for a worker that is not used', async () => {
  const empty = { topic: null, lag_records: null, lag_seconds: null, verdict: null }
  const lag = await rows(printLag)
  assert.deepEqual(
    lag.filter((row) => row.group === group),
    [{ group, ...empty }],
  )
  const status = await statusRows()
  assert.deepEqual(
    status.filter((row) => row.part === 'worker'),
    [
      { part: 'worker', worker: 'used', verdict: 'stopped', lag_records: 0, lag_seconds: 0 },
      { part: 'worker', worker: 'unused', verdict: null, lag_records: null, lag_seconds: null },
    ],
  )
  // What cannot be read says why, and hides nothing else.
  assert.deepEqual(
    status.filter((row) => row.part === 'not_known').map(({ of }) => of),
    ['processes', 'outboxes'],
  )
  assert.deepEqual(status.at(-1), {
    part: 'next',
    because: 'used is stopped',
    command: 'bridge lag',
    runbook: 'worker-is-stopped',
  })
  const lines: string[] = []
  await printLag(stack.env, 'behind', (line) => lines.push(line), workers)
  assert.deepEqual(
    lines.filter((line) => line.includes(group)),
    [`not used ${group}  has never run, and BRIDGE_WORKERS does not name it`],
  )
})

test('a worker that BRIDGE_WORKERS names is reported although it has never run', async () => {
  const status = (await statusRows('unused')).find(({ worker }) => worker === 'unused')
  assert.deepEqual([status.worker, status.verdict, status.lag_records], ['unused', 'stopped', 3])
  await assert.rejects(statusRows('unused,nosuch'), {
    name: 'ConfigError',
    message: 'BRIDGE_WORKERS: there is no worker nosuch. Use names of: used, unused, event-feed',
  })
})

test('a worker whose group the brokers have forgotten stays used, unless others are named', async () => {
  await withAdmin(stack.kafka, (admin) => admin.deleteGroups([stack.names.group('used')]))
  const verdictOn = async (BRIDGE_WORKERS?: string) =>
    (await statusRows(BRIDGE_WORKERS)).find(({ worker }) => worker === 'used').verdict
  assert.equal(await verdictOn(), 'missing')
  assert.equal(await verdictOn('used'), 'missing')
  assert.equal(await verdictOn('unused'), null)
})
