import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Consumer } from '../../../consumers/consumer.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { startLagExporterInProcess } from '../../helpers/process/lag-exporter-in-process.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { addPartitions } from '../../helpers/servers/add-partitions.ts'
import { deleteTopics } from '../../helpers/servers/delete-topics.ts'
import { setUpPatiently } from '../../helpers/servers/set-up-patiently.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const handled: string[] = []
const reader = {
  ...pushConsumer('reader', async ({ delivery }) => void handled.push(delivery.id)),
  events: ['push', 'tag_push'],
} as unknown as Consumer
const other = pushConsumer('other', async () => undefined)
const stack = await openWorkerStack('deleted-topic', [reader, other])
const idle = stack.names.topic('tag_push')

test('a deleted topic costs only itself, is named, and is read again when it exists again', async (t) => {
  const worker = await startWorkerInProcess(stack, reader)
  t.after(worker.stop)
  const lag = await startLagExporterInProcess(stack, [reader, other])
  t.after(lag.stop)
  await publishPushes(stack, 5, { prefix: 'before' })
  await untilCount(handled, 5)

  await withAdmin(stack.kafka, (admin) => deleteTopics(admin, [idle]))
  await publishPushes(stack, 5, { prefix: 'during' })
  await untilCount(handled, 10)
  const status = `200 degraded: topics do not exist: ${idle}`
  await eventually(async () => assert.equal(await worker.ready(), status))
  assert.equal(await worker.metric('consumer_unread_topics'), 1)
  const report = worker.lines.find(({ message }) => message.startsWith('topics do not exist'))
  assert.deepEqual(report?.fields.topics, [idle])
  await eventually(async () => assert.equal(await lag.verdict('reader'), 'missing'))
  assert.equal(await lag.lag('records', 'other', stack.names.topic('push')), 10, 'other groups are measured')

  await setUpPatiently(stack.env, recordingLogger().logger, [reader, other])
  await eventually(async () => assert.equal(await worker.ready(), '200 ready'))
  assert.equal(await worker.metric('consumer_unread_topics'), 0)
  await publishPushes(stack, 3, { prefix: 'again-tag', event: 'tag_push' })
  await publishPushes(stack, 2, { prefix: 'again' })
  await untilCount(handled, 15)
  assert.equal(new Set(handled).size, 15)
  assert.equal(worker.failedWith(), undefined)
})

test('partitions that are added are read from their start, and do not count as missing', async (t) => {
  handled.length = 0
  const topic = stack.names.topic('push')
  await withAdmin(stack.kafka, (admin) => addPartitions(admin, [topic], 4))
  const worker = await startWorkerInProcess(stack, reader)
  t.after(worker.stop)
  const lag = await startLagExporterInProcess(stack, [reader, other])
  t.after(lag.stop)
  assert.equal(await lag.verdict('reader'), 'ok')
  await publishPushes(stack, 4, { prefix: 'added', partition: 3 })
  await untilCount(handled, 4)
  await eventually(async () => assert.equal(await lag.verdict('other'), 'missing'))
  assert.equal(await lag.verdict('reader'), 'ok')
})

test('added partitions with records stop only their topic until setup has run', async (t) => {
  handled.length = 0
  await withAdmin(stack.kafka, (admin) => addPartitions(admin, [idle], 4))
  await eventually(() => publishPushes(stack, 2, { prefix: 'new', event: 'tag_push', partition: 3 }))
  const worker = await startWorkerInProcess(stack, reader)
  t.after(worker.stop)
  assert.equal(await worker.ready(), `200 degraded: topics without committed offsets: ${idle}`)
  await publishPushes(stack, 3, { prefix: 'well' })
  await untilCount(handled, 3)
  await setUpPatiently(stack.env, recordingLogger().logger, [reader, other], { force: true })
  await untilCount(handled, 5)
  await eventually(async () => assert.equal(await worker.ready(), '200 ready'))
})
