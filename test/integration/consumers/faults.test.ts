import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startDownstream } from '../../helpers/faults/downstream.ts'
import { killAndWait } from '../../helpers/faults/fault-suite.ts'
import { isSoak } from '../../helpers/faults/outage.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { startLagExporterInProcess } from '../../helpers/process/lag-exporter-in-process.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import {
  attemptsIn,
  type Effect,
  effectsIn,
  startWorkerProcess,
} from '../../helpers/process/start-worker-process.ts'
import { waitUntil } from '../../helpers/process/wait-until.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { assertEffects } from '../../helpers/records/assert-effects.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { countOn } from '../../helpers/records/records.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const effects: Effect[] = []
const flowing = pushConsumer(
  'flowing',
  async ({ delivery, project_id }) => void effects.push({ id: delivery.id, project: project_id }),
)
const downstream = await startDownstream()
after(() => downstream.goDown())
const forwarding = pushConsumer('forwarding', (record) => downstream.send(record).then(() => undefined))
const stack = await openWorkerStack('faults', [
  flowing,
  forwarding,
  pushConsumer('killed', async () => undefined),
  pushConsumer('poisoned', async () => undefined),
])
const pushTopic = stack.names.topic('push')

/** Each test publishes to the same topic, under a prefix of its own. */
const withPrefix = (found: readonly Effect[], prefix: string) =>
  found.filter(({ id }) => id.startsWith(`${prefix}-`))
const distinct = (found: readonly Effect[]) => new Set(found.map(({ id }) => id)).size

/** They run side by side, because they mostly wait for sessions to end. Each has a worker of its own. */
suite('a worker', { concurrency: true }, () => {
  test('that is killed during an attempt repeats at most that attempt', async (t) => {
    const file = join(await stack.temporaryFolder(), 'effects')
    await publishPushes(stack, 1, { prefix: 'poison', projects: 1 })
    const attempts = () => attemptsIn(file).filter((id) => id === 'poison-0').length
    const env = { ...stack.env, TEST_WORKER_DELAY_MS: '20', CONSUMER_ATTEMPTS: '4' }
    const first = await startWorkerProcess('poisoned', file, env)
    await first.eventually(() => assert.ok(attempts() >= 3))
    await killAndWait(first)
    const second = await startWorkerProcess('poisoned', file, env)
    t.after(() => second.kill('SIGKILL'))
    const deadLetters = () => countOn(stack, stack.names.deadLetterTopic('poisoned'))
    await second.eventually(async () => assert.equal(await deadLetters(), 1))
    assert.ok(attempts() <= 5, `${attempts()} attempts, though 4 are allowed and one may be repeated`)
  })

  test('that is killed during a batch loses nothing and keeps the order', async (t) => {
    const file = join(await stack.temporaryFolder(), 'effects')
    const ids = await publishPushes(stack, 2000, { prefix: 'kill' })
    const handled = () => withPrefix(effectsIn(file), 'kill')
    const env = { ...stack.env, CONSUMER_ATTEMPTS: '1' }
    for (const count of [300, 900]) {
      const child = await startWorkerProcess('killed', file, { ...env, TEST_WORKER_DELAY_MS: '1' })
      await child.eventually(() => assert.ok(handled().length >= count))
      await killAndWait(child)
    }
    const child = await startWorkerProcess('killed', file, env)
    t.after(() => child.kill('SIGKILL'))
    await child.eventually(() => assert.equal(distinct(handled()), 2000))
    assertEffects(handled(), ids)
    child.kill('SIGTERM')
    assert.deepEqual(await child.exited, { code: 0, signal: null })
  })

  test('waits in its group while downstream is down and shows its lag; then it goes on', async (t) => {
    const worker = await startWorkerInProcess(stack, forwarding)
    t.after(worker.stop)
    const lag = await startLagExporterInProcess(stack, [forwarding])
    t.after(lag.stop)
    const group = () =>
      withAdmin(stack.kafka, async (admin) => {
        const { groups } = await admin.describeGroups([stack.names.group('forwarding')])
        return groups.map(({ state, members }) => ({ state, members: members.map((each) => each.memberId) }))
      })
    const arrived = () => withPrefix(downstream.received, 'outage')

    const ids = await publishPushes(stack, 100, { prefix: 'outage' })
    await eventually(() => assert.ok(arrived().length >= 20))
    const before = await group()
    downstream.goDown()
    const receivedBefore = downstream.received.length
    const lags: { records: number; seconds: number }[] = []
    const lives: string[] = []
    const readiness: string[] = []
    // The outage is longer than two sessions: a member without heartbeats would lose its place in the group.
    const deadline = Date.now() + (isSoak ? 60_000 : 13_000)
    while (Date.now() < deadline) {
      ids.push(...(await publishPushes(stack, 20, { prefix: 'outage', from: ids.length })))
      lives.push(await worker.live())
      readiness.push(await worker.ready())
      lags.push({
        records: await lag.lag('records', 'forwarding', pushTopic),
        seconds: await lag.lag('seconds', 'forwarding', pushTopic),
      })
      await sleep(1000) // One sample of the lag a second.
    }
    // From time to time the worker tries whether downstream is back, and is alive then.
    assert.deepEqual(new Set(lives.filter((live) => live !== '200 alive')), new Set(['200 paused']))
    // The first sample may be older than the first failure.
    for (const status of readiness.slice(1)) assert.match(status, /^503 paused: ./)
    assert.deepEqual(await group(), before)
    const joins = worker.lines.filter(({ message }) => message === 'Consumer has joined the group')
    assert.equal(joins.length, 1)
    assert.equal(downstream.received.length, receivedBefore)
    const [first, last] = [lags[1], lags.at(-1)]
    const isGrowing = first && last && last.records > first.records && last.seconds > first.seconds + 5
    assert.ok(isGrowing, JSON.stringify(lags))
    assert.equal(await lag.verdict('forwarding'), 'stalled')

    await downstream.comeBack()
    await eventually(() => assert.equal(distinct(arrived()), ids.length))
    assertEffects(arrived(), ids)
    assert.equal(await countOn(stack, stack.names.deadLetterTopic('forwarding')), 0)
    await eventually(async () =>
      assert.equal(await worker.metric('consumer_circuit_state{state="closed"}'), 1),
    )
  })
})

test('no event is lost and each project keeps its order while the group keeps rebalancing', async (t) => {
  const steady = await startWorkerInProcess(stack, flowing)
  t.after(steady.stop)
  const total = 20_000 * (isSoak ? 20 : 1)
  let published = 0
  const publishAll = async () => {
    const ids: string[] = []
    for (; published < total; published += 1000) {
      ids.push(...(await publishPushes(stack, 1000, { prefix: 'flow', from: published, projects: 50 })))
      await sleep(150) // Events arrive steadily, so that every rebalance meets some of them.
    }
    return ids
  }
  const publishing = publishAll()
  let rebalances = 0
  while (published < total) {
    const guest = await startWorkerInProcess(stack, flowing)
    const before = effects.length
    await waitUntil(() => effects.length >= before + 100 || published >= total)
    await guest.stop()
    rebalances += 2
  }
  const ids = await publishing
  const flown = () => withPrefix(effects, 'flow')
  await eventually(() => assert.equal(distinct(flown()), total))
  assertEffects(flown(), ids)
  t.diagnostic(`${total} events, ${rebalances} rebalances, ${flown().length - total} handled twice`)
  assert.ok(rebalances >= 4)
})
