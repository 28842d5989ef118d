import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDownstream } from '../../helpers/faults/downstream.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { startLagExporterInProcess } from '../../helpers/process/lag-exporter-in-process.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import {
  attemptsIn,
  type Effect,
  effectsIn,
  startWorkerProcess,
} from '../../helpers/process/start-worker-process.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { assertEffects } from '../../helpers/records/assert-effects.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { countOn } from '../../helpers/records/records.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

/** The soak run lets everything last longer. */
const isSoak = process.env.BRIDGE_TEST_SOAK === '1'

const effects: Effect[] = []
const flowing = pushConsumer(
  'flowing',
  async ({ delivery, project_id }) => void effects.push({ id: delivery.id, project: project_id }),
)
const downstream = await startDownstream()
after(() => downstream.goDown())
const forwarding = pushConsumer('forwarding', (record) => downstream.give(record).then(() => undefined))
const stack = await openWorkerStack('faults', [
  flowing,
  forwarding,
  pushConsumer('killed', async () => undefined),
  pushConsumer('poisoned', async () => undefined),
])

test('a kill in the middle of an attempt may repeat that attempt, no more', async (t) => {
  const file = join(await stack.temporaryFolder(), 'effects')
  await publishPushes(stack, 1, { prefix: 'poison', projects: 1 })
  const attempts = () => attemptsIn(file).filter((id) => id === 'poison-0').length
  const env = { ...stack.env, TEST_WORKER_DELAY_MS: '20', CONSUMER_ATTEMPTS: '4' }
  const first = await startWorkerProcess('poisoned', file, env)
  await first.eventually(() => assert.ok(attempts() >= 3))
  first.kill('SIGKILL')
  await first.exited
  const second = await startWorkerProcess('poisoned', file, env)
  t.after(() => second.kill('SIGKILL'))
  await eventually(async () => assert.equal(await countOn(stack, stack.names.deadLetterTopic('poisoned')), 1))
  assert.ok(attempts() <= 5, `${attempts()} attempts, though 4 are allowed and one may be repeated`)
})

test('kill -9 in the middle of a batch loses nothing and keeps the order', async (t) => {
  const file = join(await stack.temporaryFolder(), 'effects')
  const ids = await publishPushes(stack, 2000, { prefix: 'kill' })
  const env = { ...stack.env, CONSUMER_ATTEMPTS: '1' }
  for (const after of [300, 900]) {
    const child = await startWorkerProcess('killed', file, { ...env, TEST_WORKER_DELAY_MS: '1' })
    await child.eventually(() => assert.ok(effectsIn(file).length >= after))
    child.kill('SIGKILL')
    await child.exited
  }
  const child = await startWorkerProcess('killed', file, env)
  t.after(() => child.kill('SIGKILL'))
  await child.eventually(() => assert.equal(new Set(effectsIn(file).map(({ id }) => id)).size, 2000))
  assertEffects(effectsIn(file), ids)
  child.kill('SIGTERM')
  assert.deepEqual(await child.exited, { code: 0, signal: null })
})

test('while downstream is down the worker waits, stays in its group and tells its lag; then all goes on in order', async (t) => {
  const skipped = await countOn(stack, stack.names.topic('push')) // of the tests before
  const worker = await startWorkerInProcess(stack, forwarding)
  t.after(worker.stop)
  const lag = await startLagExporterInProcess(stack, [forwarding])
  t.after(lag.stop)
  const group = async () => {
    const admin = stack.kafka.admin()
    await admin.connect()
    const { groups } = await admin
      .describeGroups([stack.names.group('forwarding')])
      .finally(() => admin.disconnect())
    return groups.map(({ state, members }) => ({ state, members: members.map(({ memberId }) => memberId) }))
  }
  await untilCount(downstream.received, skipped)

  const ids = await publishPushes(stack, 100, { prefix: 'outage' })
  await untilCount(downstream.received, skipped + 20)
  const before = await group()
  downstream.goDown()
  const arrived = downstream.received.length
  const lags: { records: number; seconds: number }[] = []
  const lives: string[] = []
  // Longer than two sessions: without heartbeats the member would have lost its place, and would no longer count as alive.
  const end = Date.now() + (isSoak ? 60_000 : 13_000)
  while (Date.now() < end) {
    ids.push(...(await publishPushes(stack, 20, { prefix: 'outage', from: ids.length })))
    lives.push(await worker.live())
    const topic = stack.names.topic('push')
    lags.push({
      records: await lag.lag('records', 'forwarding', topic),
      seconds: await lag.lag('seconds', 'forwarding', topic),
    })
    await sleep(1000)
  }
  // Now and then it tries whether downstream is back.
  assert.deepEqual(new Set(lives.filter((live) => live !== '200 alive')), new Set(['200 paused']))
  assert.deepEqual(await group(), before)
  assert.equal(worker.lines.filter(({ message }) => message === 'Consumer has joined the group').length, 1)
  assert.equal(downstream.received.length, arrived)
  const [first, last] = [lags[1], lags.at(-1)]
  assert.ok(
    first && last && last.records > first.records && last.seconds > first.seconds + 5,
    JSON.stringify(lags),
  )
  assert.equal(await lag.verdict('forwarding'), 'stalled')

  await downstream.comeBack()
  await eventually(() =>
    assert.equal(new Set(downstream.received.map(({ id }) => id)).size, skipped + ids.length),
  )
  assertEffects(
    downstream.received.filter(({ id }) => id.startsWith('outage')),
    ids,
  )
  assert.equal(await countOn(stack, stack.names.deadLetterTopic('forwarding')), 0)
  await eventually(async () => assert.equal(await worker.metric('consumer_circuit_state{state="closed"}'), 1))
})

test('a rebalance every few moments while 20,000 events flow: nothing is lost, the order of each project holds', async (t) => {
  effects.length = 0
  const skipped = await countOn(stack, stack.names.topic('push')) // of the tests before
  const steady = await startWorkerInProcess(stack, flowing)
  t.after(steady.stop)
  await untilCount(effects, skipped)
  effects.length = 0

  const total = 20_000 * (isSoak ? 20 : 1)
  let flown = 0
  const flow = (async () => {
    const ids: string[] = []
    for (; flown < total; flown += 1000) {
      ids.push(...(await publishPushes(stack, 1000, { prefix: 'flow', from: flown, projects: 50 })))
      await sleep(150)
    }
    return ids
  })()
  let rebalances = 0
  while (flown < total) {
    const guest = await startWorkerInProcess(stack, flowing)
    await sleep(400)
    await guest.stop()
    rebalances += 2
  }
  const ids = await flow
  await eventually(() => assert.equal(new Set(effects.map(({ id }) => id)).size, total))
  assertEffects(effects, ids)
  t.diagnostic(`${total} events, ${rebalances} rebalances, ${effects.length - total} handled twice`)
  assert.ok(rebalances >= 4)
})
