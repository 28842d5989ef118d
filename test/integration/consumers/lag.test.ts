import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { discardDeadLetters } from '../../../cli/dead-letters/discard.ts'
import { readDeadLetters } from '../../../cli/dead-letters/read-dead-letters.ts'
import { freshMs } from '../../../cli/lag-exporter/lag-exporter.ts'
import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { readWithJava } from '../../helpers/process/java.ts'
import { startLagExporterInProcess } from '../../helpers/process/lag-exporter-in-process.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { createTopic } from '../../helpers/servers/create-topic.ts'
import { deleteTopics } from '../../helpers/servers/delete-topics.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const running = pushConsumer('running', async ({ delivery }) => {
  await sleep(150)
  done.push(delivery.id)
})
const done: string[] = []
const paused = pushConsumer('paused', async () => {
  throw new RetriableError('down', { retryAfterMs: 60_000 })
})
const stopped = pushConsumer('stopped', async ({ delivery }) => {
  if (handled.push(delivery.id) === 40) await new Promise((resolve) => setTimeout(resolve, 2000))
})
const handled: string[] = []

const burying = pushConsumer('burying', async ({ delivery }) => {
  if (Number(delivery.id.split('-')[1]) < 3) throw new PermanentError('never')
})

const workers = [running, paused, stopped, burying]
const stack = await openWorkerStack('lag', workers)
const topic = stack.names.topic('push')
const start = Date.now() - 300_000
// One a second of GitLab's time, so that a mistake of a few records shows.
await publishPushes(stack, 200, { partition: 0, receivedAt: (index) => start + index * 1000 })

// What others say:
// Kafka's own client of the records and their times, the public part of kafkajs of the group's offset.
const records = (await readWithJava(stack, [topic], await stack.temporaryFolder())) as {
  offset: number
  timestamp: number
}[]
const timeAt = new Map(records.map(({ offset, timestamp }) => [offset, timestamp]))
const admin = new Kafka({ brokers: stack.kafkaBrokers.split(','), logLevel: logLevel.NOTHING }).admin()

const truth = async (name: string) => {
  const [committed] = await admin.fetchOffsets({ groupId: stack.names.group(name), topics: [topic] })
  const offset = Number(committed?.partitions.find(({ partition }) => partition === 0)?.offset)
  const oldest = timeAt.get(offset)
  return {
    records: records.length - offset,
    seconds: oldest === undefined ? 0 : (Date.now() - oldest) / 1000,
  }
}

test('the lag is exact to two seconds for a running, a waiting and a stopped worker', async (t) => {
  await admin.connect()
  t.after(() => admin.disconnect())
  assert.equal(records.length, 200)
  const exporter = await startLagExporterInProcess(stack, workers)
  t.after(exporter.stop)
  const toStop = await startWorkerInProcess(stack, stopped)
  await untilCount(handled, 40)
  await toStop.stop()

  /** A worker that runs moves while we ask: the truth is what it was before or after, or in between. */
  const assertTrue = async (name: string) => {
    // A measurement that is under way may have read the offsets long ago. This scrape waits for its end, and
    // after the pause the next scrape measures again.
    await exporter.lag('records', name, topic)
    const before = await truth(name)
    await sleep(freshMs)
    const [seconds, count] = [
      await exporter.lag('seconds', name, topic),
      await exporter.lag('records', name, topic),
    ]
    const after = await truth(name)
    const bounds = `${before.records}, ${before.seconds} and then ${after.records}, ${after.seconds}`
    const said = `${name}: ${count} records, ${seconds} s; true ${bounds}`
    assert.ok(
      seconds > Math.min(before.seconds, after.seconds) - 2 &&
        seconds < Math.max(before.seconds, after.seconds) + 2,
      said,
    )
    assert.ok(count >= after.records && count <= before.records, said)
    return after
  }
  for (const worker of [running, paused]) {
    const here = await startWorkerInProcess(stack, worker)
    t.after(here.stop)
  }
  for (const count of [10, 40, 80]) {
    await untilCount(done, count)
    for (const { name } of workers) assert.ok((await assertTrue(name)).records > 0)
  }
  assert.equal((await truth('paused')).records, 200)
  assert.ok((await truth('stopped')).records < 200)
  assert.equal(await exporter.verdict('running'), 'behind')
  assert.equal(await exporter.verdict('stopped'), 'stopped')
  await eventually(async () => assert.equal(await exporter.verdict('paused'), 'stalled'))
  await untilCount(done, 200)
  await eventually(async () => assert.equal(await exporter.lag('seconds', 'running', topic), 0))
  assert.equal(await exporter.verdict('running'), 'ok')
  for (const { name } of workers) await assertTrue(name)
  assert.ok((await exporter.value('lag_measurement_age_seconds')) < 5)
})

test('open dead letters are counted, with the age of the oldest', async (t) => {
  const exporter = await startLagExporterInProcess(stack, workers)
  t.after(exporter.stop)
  const depth = () => exporter.value('dead_letters{consumer="burying"}')
  await eventually(async () => assert.equal(await depth(), 0))

  const before = Date.now()
  const worker = await startWorkerInProcess(stack, burying)
  t.after(worker.stop)
  await eventually(async () => assert.equal(await depth(), 3))
  const age = await exporter.value('dead_letter_oldest_age_seconds{consumer="burying"}')
  assert.ok(age > 0 && age <= (Date.now() - before) / 1000, String(age))

  const [letter] = await readDeadLetters(stack.kafka, 'burying', stack.names.deadLetterTopic('burying'))
  for await (const _ of discardDeadLetters(
    'burying',
    { keys: [letter?.dead_letter ?? ''] },
    stack.env,
    workers,
  ));
  await eventually(async () => assert.equal(await depth(), 2))
})

test('dead letters are counted again after their topic was missing for a time', async (t) => {
  const exporter = await startLagExporterInProcess(stack, [stopped])
  t.after(exporter.stop)
  const depth = () => exporter.value('dead_letters{consumer="stopped"}')
  await eventually(async () => assert.equal(await depth(), 0))
  const deadLetterTopic = stack.names.deadLetterTopic('stopped')
  await withAdmin(stack.kafka, (admin) => deleteTopics(admin, [deadLetterTopic]))
  await eventually(async () => assert.equal(await depth(), Number.NaN))

  await withAdmin(stack.kafka, (admin) => createTopic(admin, { topic: deadLetterTopic, numPartitions: 1 }))
  const producer = stack.kafka.producer()
  await producer.connect()
  t.after(() => producer.disconnect())
  const headers = { 'dead-letter-at': new Date().toISOString() }
  await producer.send({ topic: deadLetterTopic, messages: [{ key: 'a/0/1', value: 'record', headers }] })
  await eventually(async () => assert.equal(await depth(), 1))
})
