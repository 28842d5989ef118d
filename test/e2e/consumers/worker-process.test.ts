// Workers as processes: when they end, with which code, and who goes on. Times are those of production, cut down by variables.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startKafkaProxy } from '../../helpers/faults/kafka-proxy.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { readSeries } from '../../helpers/process/read-series.ts'
import { attemptsIn, effectsIn, startWorkerProcess } from '../../helpers/process/start-worker-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { messagesOn } from '../../helpers/records/records.ts'
import { sorted } from '../../helpers/records/sorted.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const names = ['shared', 'careless', 'hanging', 'deadly', 'frozen', 'refused'] as const
const stack = await openWorkerStack(
  'worker-process',
  names.map((name) => pushConsumer(name, async () => undefined)),
)
const folder = await stack.temporaryFolder()
const quick = { CONSUMER_STALL_SECONDS: '2', CONSUMER_TIMEOUT_SECONDS: '1' }

type Name = (typeof names)[number]

/** @param file what it does is written there; by default named like the worker */
const start = (t: { after(action: () => unknown): void }, worker: Name, env = {}, file: string = worker) => {
  const started = startWorkerProcess(worker, join(folder, file), { ...stack.env, ...env })
  t.after(async () => (await started).kill('SIGKILL'))
  return started
}
const idsIn = (file: string) => effectsIn(join(folder, file)).map(({ id }) => id)
const untilHandled = (files: readonly string[], ids: readonly string[]) =>
  eventually(() => {
    const handled = files.flatMap(idsIn).filter((id) => ids.includes(id))
    assert.deepEqual(sorted(new Set(handled)), sorted(ids))
  })
const publishToEach = async (prefix: string) => {
  const ids: string[] = []
  for (const partition of [0, 1, 2])
    ids.push(...(await publishPushes(stack, 1, { prefix, from: partition, partition })))
  return ids
}

test('SIGTERM in the middle of long handling: it is finished and committed, and the other member goes on at once', async (t) => {
  // So long that nothing goes on in time unless the member takes its leave.
  const env = { CONSUMER_SESSION_SECONDS: '60', TEST_WORKER_FAULT: 'long' }
  const [first, second] = [await start(t, 'shared', env, 'first'), await start(t, 'shared', env, 'second')]
  await Promise.all([first.ready(), second.ready()])
  await publishToEach('early')
  await eventually(() =>
    assert.ok(idsIn('first').length > 0 && idsIn('second').length > 0, 'both have their share'),
  )
  await eventually(() => assert.equal(idsIn('first').length + idsIn('second').length, 3))

  const long = await publishToEach('long')
  await eventually(() => assert.ok(attemptsIn(join(folder, 'first')).some((id) => id.startsWith('long'))))
  const before = performance.now()
  first.kill('SIGTERM')
  assert.deepEqual(await first.exited, { code: 0, signal: null })
  const stopped = performance.now()
  assert.ok(stopped - before < 10_000, `stopped after ${stopped - before} ms`)

  const late = await publishToEach('late')
  await untilHandled(['second'], late)
  assert.ok(performance.now() - stopped < 10_000, `handled ${performance.now() - stopped} ms later`)
  await untilHandled(['first', 'second'], long)
  const all = ['first', 'second'].flatMap((file) => attemptsIn(join(folder, file)))
  assert.deepEqual(
    sorted(all.filter((id) => id.startsWith('long'))),
    sorted(long),
    'nothing is handled twice',
  )
})

test('a handler that leaves a promise behind which fails is told on, and ends nothing', async (t) => {
  await publishPushes(stack, 2, { prefix: 'careless', projects: 1 })
  const worker = await start(t, 'careless', { TEST_WORKER_FAULT: 'careless' })
  await eventually(() =>
    assert.ok(
      worker.lines.some((line) => line.includes('nobody waits for this')),
      worker.lines.join('\n'),
    ),
  )
  await untilHandled(['careless'], await publishPushes(stack, 3, { prefix: 'after' }))
  worker.kill('SIGTERM')
  assert.deepEqual(await worker.exited, { code: 0, signal: null })
})

test('a handler that never ends costs the process, which says so by its code', async (t) => {
  await publishPushes(stack, 1, { prefix: 'hanging' })
  const worker = await start(t, 'hanging', { ...quick, TEST_WORKER_FAULT: 'hanging' })
  assert.deepEqual(await worker.exited, { code: 1, signal: null })
  assert.ok(worker.lines.some((line) => line.includes('a handler has not ended')))
  assert.equal(attemptsIn(join(folder, 'hanging')).filter((id) => id === 'hanging-0').length, 1)
})

for (const [worker, most] of [
  ['hanging', 2],
  ['deadly', 4],
] as const) {
  test(`a ${worker} record among others is put aside, however often the process has to be started again for it`, async (t) => {
    const file = `${worker}-again`
    const ids = (await publishPushes(stack, 3, { prefix: `before-${worker}`, partition: 2 })).concat(
      await publishPushes(stack, 1, { prefix: worker, from: 1, partition: 2 }),
      await publishPushes(stack, 3, { prefix: `behind-${worker}`, partition: 2 }),
    )
    const others = ids.filter((id) => id !== `${worker}-1`)
    const tries = () => attemptsIn(join(folder, file)).filter((id) => id === `${worker}-1`).length
    const env = { ...quick, CONSUMER_ATTEMPTS: '1', TEST_WORKER_FAULT: worker }
    for (let starts = 1, isThrough = false; !isThrough; starts++) {
      assert.ok(starts <= 5, `it was tried ${tries()} times`)
      const running = await start(t, worker, env, file)
      isThrough = await Promise.race([
        running.exited.then(() => false),
        untilHandled([file], others).then(() => true),
      ])
    }
    const letters = await messagesOn(stack, stack.names.deadLetterTopic(worker))
    assert.equal(letters.at(-1)?.headers['dead-letter-error'], 'AttemptsUsedUpError')
    assert.ok(tries() <= most, `it was tried ${tries()} times`)
  })
}

test('a client that fetches nothing any more is replaced, once; when the new one does not either, the process ends', async (t) => {
  const proxy = await startKafkaProxy(stack.kafkaBrokers)
  t.after(proxy.close)
  const worker = await start(t, 'frozen', { ...quick, KAFKA_BROKERS: proxy.address })
  const metric = async () => readSeries((await worker.ready()).metricsUrl, 'consumer_rebuilds_total')
  await untilHandled(['frozen'], await publishPushes(stack, 10, { prefix: 'well' }))
  assert.equal(await metric(), 0)

  proxy.swallow('fetch', 'open')
  await untilHandled(['frozen'], await publishPushes(stack, 10, { prefix: 'thawed' }))
  assert.equal(await metric(), 1)

  proxy.swallow('fetch', 'all')
  const rest = await publishPushes(stack, 10, { prefix: 'frozen' })
  assert.deepEqual(await worker.exited, { code: 1, signal: null })
  assert.ok(worker.lines.some((line) => line.includes('nothing moves, even with a new Kafka client')))
  assert.ok(rest.every((id) => !idsIn('frozen').includes(id)))

  await start(t, 'frozen', {}, 'frozen-again')
  await untilHandled(['frozen-again'], rest)
})

test('a client that dies without coming back takes the process with it', async (t) => {
  const proxy = await startKafkaProxy(stack.kafkaBrokers)
  t.after(proxy.close)
  const worker = await start(t, 'refused', { KAFKA_BROKERS: proxy.address })
  await worker.ready()
  proxy.failHeartbeats(30) // GROUP_AUTHORIZATION_FAILED: the client does not try that again
  assert.deepEqual(await worker.exited, { code: 1, signal: null })
})
