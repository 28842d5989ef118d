// Hostile bodies of a sender with a valid token: they reach the quarantine as a whole, and neither end the
// ingress nor hold up other hooks. `npm run test:soak` sends all kinds.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parsedKinds, unparsedKinds } from '../helpers/faults/hostile-bodies.ts'
import { isSoak } from '../helpers/faults/outage.ts'
import { watchIngress } from '../helpers/faults/watch-ingress.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { startNodeProcess } from '../helpers/process/node-process.ts'
import { readSeries } from '../helpers/process/read-series.ts'
import { watchMemory } from '../helpers/process/watch-memory.ts'
import { post, pushOf } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('large-bodies')
await stack.setUp()

/** A small heap: a body that this process parsed itself would end it. */
const smallHeap = { NODE_OPTIONS: '--max-old-space-size=256' }

const few = [...parsedKinds.filter((_, index) => index % 27 === 0), ...unparsedKinds.slice(0, 2)]

const recordOf = (event: 'quarantine' | 'push', id: string) =>
  eventually(async () => {
    const found = (await recordsOf(stack, event)).find(({ value }) => value.delivery.id === id)?.value
    assert.ok(found, `${id} is not on its topic`)
    return found
  })

test('a hostile body in the spool ends no process, and the hook behind it arrives', async () => {
  const spooling = await stack.startReady(['ingress'], { ...smallHeap, KAFKA_BROKERS: '127.0.0.1:1' })
  const [hostileId, laterId] = [randomUUID(), randomUUID()]
  const body = unparsedKinds[0]?.create() ?? assert.fail()
  const answer = await post(spooling.hookUrl, body, { 'idempotency-key': hostileId })
  assert.deepEqual([answer.status, answer.body.event], [202, 'push'])
  assert.equal((await post(spooling.hookUrl, pushOf(15), { 'idempotency-key': laterId })).status, 202)
  await spooling.stop(10_000)

  const draining = await stack.startIngress(smallHeap)
  await recordOf('push', laterId)
  const record = await recordOf('quarantine', hostileId)
  assert.ok('reason' in record && record.reason === 'too_complex')
  assert.ok(record.raw.equals(body))
  await draining.stop(10_000)
})

test('whatever a large body holds, other hooks and /livez are answered, in bounded memory', async (t) => {
  const ingress = await stack.startIngress(smallHeap)
  await eventually(async () => assert.equal((await post(ingress.hookUrl, pushOf(15))).status, 200))
  const liveUrl = ingress.metricsUrl.replace('/metrics', '/livez')
  const idle = await startIdleServer()
  t.after(() => idle.stop(1000))
  const { metricsUrl: idleUrl } = await idle.ready()
  const watch = watchIngress({ hookUrl: String(ingress.hookUrl), liveUrl, idleUrl })
  const memory = watchMemory(ingress.pid)
  for (const { name, create } of isSoak ? [...parsedKinds, ...unparsedKinds] : few) {
    const body = create()
    const startedAt = performance.now()
    const { status, body: answer } = await post(ingress.hookUrl, body)
    const tookMs = Math.round(performance.now() - startedAt)
    t.diagnostic(`${name}: ${body.length} bytes, ${status} after ${tookMs} ms`)
    assert.ok(status === 200 || status === 202, `${name}: ${status} ${JSON.stringify(answer)}`)
    // One body at a time. A sender that fills the whole spool is another case.
    await ingress.eventually(async () =>
      assert.equal(await readSeries(ingress.metricsUrl, 'ingress_spool_records'), 0),
    )
  }
  const { slowestHookMs, slowestLiveMs, slowestIdleMs, statuses } = await watch.stop()
  const peak = await peakMegabytes(ingress.pid)
  const together = memory.stop()
  t.diagnostic(`slowest hook ${slowestHookMs} ms, /livez ${slowestLiveMs} ms, idle ${slowestIdleMs} ms`)
  t.diagnostic(`peak ${peak} MB, with the process for large bodies ${together} MB`)
  assert.deepEqual(
    statuses.filter((status) => status !== 200 && status !== 202),
    [],
  )
  // On a busy machine a process that does nothing answers late, too. The limits begin there.
  assert.ok(slowestHookMs < 5000 + slowestIdleMs, `a hook was answered after ${slowestHookMs} ms`)
  assert.ok(slowestLiveMs < 1000 + slowestIdleMs, `/livez answered after ${slowestLiveMs} ms`)
  assert.ok(peak < 400, `the ingress used ${peak} MB`)
})

test('hostile bodies of many kinds in the spool are all published, without a restart', {
  skip: isSoak ? false : 'takes minutes',
}, async () => {
  const env = { ...smallHeap, INGRESS_SPOOL_DIR: await stack.temporaryFolder() }
  const spooling = await stack.startReady(['ingress'], { ...env, KAFKA_BROKERS: '127.0.0.1:1' })
  for (const { name, create } of [...parsedKinds.filter((_, index) => index % 7 === 0), ...unparsedKinds])
    assert.equal((await post(spooling.hookUrl, create())).status, 202, name)
  await spooling.stop(10_000)

  const draining = await stack.startReady(['ingress'], env)
  await draining.eventually(async () =>
    assert.equal(await readSeries(draining.metricsUrl, 'ingress_spool_records'), 0),
  )
  assert.equal(await readSeries(draining.metricsUrl, 'ingress_spool_set_aside'), 0)
  await draining.stop(10_000)
})

const startIdleServer = () =>
  startNodeProcess({
    name: 'idle server',
    entry: join(import.meta.dirname, '../helpers/faults/idle-server.ts'),
    env: {},
    cwd: import.meta.dirname,
  })

/** The largest resident memory of a process until now. */
const peakMegabytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) / 1024)
}
