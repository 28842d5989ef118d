// Where workers begin, with real offsets. A group that is deleted is what 40 days without the worker leave.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Consumer } from '../../../consumers/consumer.ts'
import { startWorker } from '../../../consumers/runtime/worker.ts'
import { isMissing, openOffsets } from '../../../lib/kafka/offsets.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { addPartitions } from '../../helpers/servers/add-partitions.ts'
import { setUpPatiently } from '../../helpers/servers/set-up-patiently.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const hourMs = 3_600_000

/** A worker that notes what it handles. */
const recorder = (name: string, beginning: { begins: 'oldest' } | { begins: 'now'; maxAgeHours: number }) => {
  const handled: string[] = []
  const worker = {
    ...pushConsumer(name, async ({ delivery }) => void handled.push(delivery.id)),
    ...beginning,
  } as unknown as Consumer
  return { worker, handled }
}

const historian = recorder('historian', { begins: 'oldest' })
const notifier = recorder('notifier', { begins: 'now', maxAgeHours: 1 })
const returning = recorder('returning', { begins: 'now', maxAgeHours: 1 })
const told = recorder('told', { begins: 'now', maxAgeHours: 1 })
const untold = recorder('untold', { begins: 'oldest' })
const growing = recorder('growing', { begins: 'now', maxAgeHours: 1 })
const crowded = recorder('crowded', { begins: 'now', maxAgeHours: 1 })
const all = [historian, notifier, returning, told, untold, growing, crowded]

const stack = await openWorkerStack(
  'beginning',
  all.map(({ worker }) => worker),
)
const groupOf = ({ worker }: { worker: Consumer }) => stack.names.group(worker.name)

const hasOffsets = async (recorded: { worker: Consumer }) => {
  const offsets = await openOffsets(stack.kafka)
  const committed = await offsets
    .committed(groupOf(recorded), [stack.names.topic('push')])
    .finally(() => offsets.close())
  return !committed.every(isMissing)
}

const loseOffsets = (recorded: { worker: Consumer }) =>
  withAdmin(stack.kafka, (admin) => admin.deleteGroups([groupOf(recorded)]))

const history = await publishPushes(stack, 10, { prefix: 'history' })
await publishPushes(stack, 3, { prefix: 'tag', event: 'tag_push' })

test('setup commits offsets for workers that begin at the oldest record, and for no others', async () => {
  assert.deepEqual([await hasOffsets(historian), await hasOffsets(notifier)], [true, false])
})

test('long after setup, a worker begins without a further command and handles nothing old', async (t) => {
  const running = await startWorkerInProcess(stack, notifier.worker)
  t.after(running.stop)
  const fresh = await publishPushes(stack, 5, { prefix: 'fresh' })
  await untilCount(notifier.handled, 5)
  assert.deepEqual(notifier.handled.toSorted(), fresh)
})

test('long after setup, a worker that begins at the oldest record handles everything once', async (t) => {
  await loseOffsets(historian)
  assert.equal(await hasOffsets(historian), false)
  const running = await startWorkerInProcess(stack, historian.worker)
  t.after(running.stop)
  await untilCount(historian.handled, 15)
  await running.stop()
  const again = await startWorkerInProcess(stack, historian.worker)
  t.after(again.stop)
  await publishPushes(stack, 1, { prefix: 'last' })
  await eventually(() => assert.ok(historian.handled.includes('last-0')))
  assert.equal(historian.handled.length, 16)
  assert.deepEqual(historian.handled.filter((id) => history.includes(id)).toSorted(), history)
})

test('a worker that begins now and was away for long does not skip what came meanwhile', async (t) => {
  const first = await startWorkerInProcess(stack, returning.worker)
  await publishPushes(stack, 3, { prefix: 'before' })
  await untilCount(returning.handled, 3)
  await first.stop()
  const missed = await publishPushes(stack, 4, { prefix: 'missed' })
  const tooOld = { prefix: 'too-old', receivedAt: () => Date.now() - 2 * hourMs }
  await publishPushes(stack, 2, tooOld)
  await loseOffsets(returning)
  // Setup does not decide for the worker.
  const { logger } = recordingLogger()
  await setUpPatiently(stack.env, logger, [returning.worker])
  assert.equal(await hasOffsets(returning), false)

  const second = await startWorkerInProcess(stack, returning.worker)
  t.after(second.stop)
  await eventually(() => assert.ok(missed.every((id) => returning.handled.includes(id))))
  const loss = second.lines.find(({ message }) => /have deleted the offsets of the worker/.test(message))
  assert.deepEqual([loss?.level, loss?.fields.group], ['error', groupOf(returning)])
  // The records before the first start stay untouched, although they are young enough.
  assert.equal(returning.handled.filter((id) => id.startsWith('history')).length, 0)

  // A record that has grown too old is counted and listed, and not handled.
  const counted = 'consumer_handled_total{event="push",outcome="too_old"}'
  await eventually(async () => assert.equal(await second.metric(counted), 2))
  const listed = second.lines.filter(({ message }) => /older than the maximum age/.test(message))
  assert.equal(listed.flatMap(({ fields }) => fields.deliveries).length, 2)
  assert.equal(returning.handled.filter((id) => id.startsWith('too-old')).length, 0)
})

test('CONSUMER_MAX_AGE_HOURS replaces the maximum age of the worker', async (t) => {
  const running = await startWorkerInProcess(stack, notifier.worker, { CONSUMER_MAX_AGE_HOURS: '3' })
  t.after(running.stop)
  await publishPushes(stack, 1, { prefix: 'old-but-wanted', receivedAt: () => Date.now() - 2 * hourMs })
  await eventually(() => assert.ok(notifier.handled.includes('old-but-wanted-0')))
})

test('--from says where a worker begins at its first start, and later starts ignore it', async (t) => {
  const { logger, lines } = recordingLogger()
  const env = { ...stack.env, CONSUMER_SESSION_SECONDS: '6' }
  const start = () => startWorker(told.worker, env, logger, { from: 'oldest' })
  const first = await start()
  await eventually(() => assert.ok(history.every((id) => told.handled.includes(id))))
  await first.stop()
  const count = told.handled.length
  const second = await start()
  t.after(second.stop)
  assert.ok(lines.some(({ message }) => /--from has no effect/.test(message)))
  await publishPushes(stack, 1, { prefix: 'told' })
  await eventually(() => assert.ok(told.handled.includes('told-0')))
  assert.equal(told.handled.length, count + 1)
})

test('--from takes precedence over the offsets that setup committed', async (t) => {
  const { logger } = recordingLogger()
  const running = await startWorker(untold.worker, stack.env, logger, { from: 'now' })
  t.after(running.stop)
  await publishPushes(stack, 1, { prefix: 'untold' })
  await eventually(() => assert.ok(untold.handled.includes('untold-0')))
  assert.deepEqual(untold.handled, ['untold-0'])
})

test('--from is refused while another process of the worker is running', async (t) => {
  const other = stack.kafka.consumer({ groupId: groupOf(crowded) })
  t.after(() => other.disconnect())
  await other.connect()
  await other.subscribe({ topics: [stack.names.topic('push')] })
  const joined = new Promise((resolve) => other.on(other.events.GROUP_JOIN, resolve))
  await other.run({ eachMessage: async () => undefined })
  await joined
  const { logger } = recordingLogger()
  await assert.rejects(startWorker(crowded.worker, stack.env, logger, { from: 'oldest' }), {
    name: 'UsageError',
    message: /^--from: another process of the worker crowded is running/,
  })
})

test('a topic that is new to the worker begins now, a new partition at its start', async (t) => {
  const first = await startWorkerInProcess(stack, growing.worker)
  await first.stop()
  await withAdmin(stack.kafka, (admin) => addPartitions(admin, [stack.names.topic('push')], 4))
  await eventually(() => publishPushes(stack, 2, { prefix: 'new-partition', partition: 3 }))
  const wider = { ...growing.worker, events: ['push', 'tag_push'] } as unknown as Consumer
  const running = await startWorkerInProcess(stack, wider)
  t.after(running.stop)
  await publishPushes(stack, 1, { prefix: 'later-tag', event: 'tag_push' })
  await eventually(() => {
    const wanted = ['new-partition-0', 'new-partition-1', 'later-tag-0']
    assert.ok(wanted.every((id) => growing.handled.includes(id)))
  })
  assert.equal(growing.handled.filter((id) => id.startsWith('tag')).length, 0)
})
