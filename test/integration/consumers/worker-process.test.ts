// Workers as processes: when they end, with which exit code, and who goes on.
// Variables shorten the times of production.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { startKafkaProxy } from '../../helpers/faults/kafka-proxy.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { readSeries } from '../../helpers/process/read-series.ts'
import { attemptsIn, effectsIn, startWorkerProcess } from '../../helpers/process/start-worker-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { messagesOn } from '../../helpers/records/records.ts'
import { sorted } from '../../helpers/records/sorted.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const names = ['shared', 'careless', 'hanging', 'hanging-again', 'deadly', 'frozen', 'refused'] as const
const stack = await openWorkerStack(
  'worker-process',
  names.map((name) => pushConsumer(name, async () => undefined)),
)
const folder = await stack.temporaryFolder()
const shortTimes = { CONSUMER_STALL_SECONDS: '2', CONSUMER_TIMEOUT_SECONDS: '1' }

type Name = (typeof names)[number]

/** @param file where the worker notes what it does; by default named like the worker */
const start = (t: { after(action: () => unknown): void }, worker: Name, env = {}, file: string = worker) => {
  const started = startWorkerProcess(worker, join(folder, file), { ...stack.env, ...env })
  t.after(async () => (await started).kill('SIGKILL'))
  return started
}
const handledIn = (file: string) => effectsIn(join(folder, file)).map(({ id }) => id)
const attemptsOf = (file: string, id: string) =>
  attemptsIn(join(folder, file)).filter((each) => each === id).length
const untilHandled = (files: readonly string[], ids: readonly string[]) =>
  eventually(() => {
    const handled = files.flatMap(handledIn).filter((id) => ids.includes(id))
    assert.deepEqual(sorted(new Set(handled)), sorted(ids))
  })
/** Publishes one push on each partition. */
const publishToEach = async (prefix: string) => {
  const ids: string[] = []
  for (const partition of [0, 1, 2])
    ids.push(...(await publishPushes(stack, 1, { prefix, from: partition, partition })))
  return ids
}

/** They run side by side, because they mostly wait for time limits. Each has a worker of its own. */
suite('a handler that misbehaves', { concurrency: true }, () => {
  test('and leaves a rejected promise behind is logged, and the worker goes on', async (t) => {
    await publishPushes(stack, 2, { prefix: 'careless', projects: 1 })
    const worker = await start(t, 'careless', { TEST_WORKER_FAULT: 'careless' })
    await worker.eventually(() =>
      assert.ok(worker.lines.some((line) => line.includes('nobody waits for this'))),
    )
    await untilHandled(['careless'], await publishPushes(stack, 3, { prefix: 'after-careless' }))
    worker.kill('SIGTERM')
    assert.deepEqual(await worker.exited, { code: 0, signal: null })
  })

  test('and never ends makes the process end with code 1, after one attempt', async (t) => {
    await publishPushes(stack, 1, { prefix: 'hanging' })
    const worker = await start(t, 'hanging', { ...shortTimes, TEST_WORKER_FAULT: 'hanging' })
    assert.deepEqual(await worker.exited, { code: 1, signal: null })
    assert.ok(worker.lines.some((line) => line.includes('a handler has not ended')))
    assert.equal(attemptsOf('hanging', 'hanging-0'), 1)
  })

  // Where the client commits before a slow process comes to the deadly record, that process leaves no mark,
  // and costs one more attempt.
  const faults = [
    { worker: 'hanging-again', fault: 'hanging', what: 'never ends', maxAttempts: 2 },
    { worker: 'deadly', fault: 'deadly', what: 'ends the process', maxAttempts: 6 },
  ] as const
  for (const { worker, fault, what, maxAttempts } of faults) {
    test(`and ${what} for one record: only that record is dead-lettered, after restarts`, async (t) => {
      const publish = (count: number, prefix: string, from = 0) =>
        publishPushes(stack, count, { prefix, from, partition: 2 })
      const before = await publish(3, `before-${worker}`)
      await publish(1, `faulty-${worker}`, 1)
      const behind = await publish(3, `behind-${worker}`)
      const attempts = () => attemptsOf(worker, `faulty-${worker}-1`)
      const env = {
        ...shortTimes,
        CONSUMER_ATTEMPTS: '1',
        TEST_WORKER_FAULT: fault,
        TEST_WORKER_FAULTY_IDS: `faulty-${worker}-`,
      }
      for (let starts = 1, isThrough = false; !isThrough; starts++) {
        assert.ok(starts <= 8, `there were ${attempts()} attempts`)
        const running = await start(t, worker, env)
        isThrough = await Promise.race([
          running.exited.then(() => false),
          untilHandled([worker], [...before, ...behind]).then(() => true),
        ])
      }
      const letters = await messagesOn(stack, stack.names.deadLetterTopic(worker))
      assert.equal(letters.at(-1)?.headers['dead-letter-error'], 'AttemptsUsedUpError')
      assert.ok(attempts() <= maxAttempts, `there were ${attempts()} attempts`)
    })
  }
})

test('SIGTERM during a long handling: the record is committed, the other member goes on', async (t) => {
  // So long a session that nothing goes on in time unless the member leaves its group.
  const env = { CONSUMER_SESSION_SECONDS: '60', TEST_WORKER_FAULT: 'long' }
  const first = await start(t, 'shared', env, 'first')
  const second = await start(t, 'shared', env, 'second')
  await Promise.all([first.ready(), second.ready()])
  const early = await publishToEach('early')
  const shareOf = (file: string) => handledIn(file).filter((id) => early.includes(id)).length
  await eventually(() => assert.ok(shareOf('first') > 0 && shareOf('second') > 0, 'both have their share'))
  await untilHandled(['first', 'second'], early)

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
  const longAttempts = all.filter((id) => id.startsWith('long'))
  assert.deepEqual(sorted(longAttempts), sorted(long), 'no record is handled twice')
})

test('a Kafka client that stops fetching is replaced once; after that the process ends', async (t) => {
  const proxy = await startKafkaProxy(stack.kafkaBrokers)
  t.after(proxy.close)
  const worker = await start(t, 'frozen', { ...shortTimes, KAFKA_BROKERS: proxy.address })
  const { metricsUrl } = await worker.ready()
  const rebuilds = () => readSeries(metricsUrl, 'consumer_rebuilds_total')
  await untilHandled(['frozen'], await publishPushes(stack, 10, { prefix: 'well' }))
  assert.equal(await rebuilds(), 0)

  proxy.dropResponses('fetch', 'open')
  await untilHandled(['frozen'], await publishPushes(stack, 10, { prefix: 'thawed' }))
  assert.equal(await rebuilds(), 1)

  proxy.dropResponses('fetch', 'all')
  const rest = await publishPushes(stack, 10, { prefix: 'frozen' })
  assert.deepEqual(await worker.exited, { code: 1, signal: null })
  assert.ok(worker.lines.some((line) => line.includes('nothing moves, even with a new Kafka client')))
  assert.ok(rest.every((id) => !handledIn('frozen').includes(id)))

  await start(t, 'frozen', {}, 'frozen-again')
  await untilHandled(['frozen-again'], rest)
})

test('a Kafka client that gives up ends the process with code 1', async (t) => {
  const proxy = await startKafkaProxy(stack.kafkaBrokers)
  t.after(proxy.close)
  const worker = await start(t, 'refused', { KAFKA_BROKERS: proxy.address })
  await worker.ready()
  proxy.failHeartbeats(30) // GROUP_AUTHORIZATION_FAILED: the client does not retry after this error.
  assert.deepEqual(await worker.exited, { code: 1, signal: null })
})
