import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setOffsets } from '../../../cli/offsets/set-offsets.ts'
import { rebuild } from '../../../cli/rebuild/rebuild.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const handled: string[] = []
const forgotten: number[] = []
const plain = pushConsumer('plain', async ({ delivery }) => void handled.push(delivery.id))
const adding = { ...plain, name: 'adding', rebuildOnlyAdds: true } as const
const rebuilt = { ...plain, name: 'rebuilt', forget: async () => void forgotten.push(handled.length) }
const workers = [plain, rebuilt, adding]
const stack = await openWorkerStack('operator', workers)
const topic = stack.names.topic('push')
const hour = 3_600_000
await publishPushes(stack, 10, { projects: 1, receivedAt: (index) => Date.now() - (10 - index) * hour })

const set = (to: string, options: { topic?: string; partition?: string } = {}) =>
  setOffsets('plain', { to, ...options }, stack.env, workers)
const handleAgain = async () => {
  handled.length = 0
  const worker = await startWorkerInProcess(stack, plain)
  await publishPushes(stack, 1, { prefix: 'last', projects: 1 })
  await eventually(() => assert.equal(handled.at(-1), 'last-0'))
  await worker.stop()
  return handled.filter((id) => id !== 'last-0')
}

test('a stopped worker goes on where an operator sets it: beginning, time, offset or end', async () => {
  assert.equal((await handleAgain()).length, 10)
  await set('beginning')
  assert.equal((await handleAgain()).length, 10)
  await set(new Date(Date.now() - 3.5 * hour).toISOString(), { topic })
  assert.deepEqual(await handleAgain(), ['d-7', 'd-8', 'd-9'])
  const [place] = (await set('end')).filter((change) => change.topic === topic && change.to > 0)
  await set('8', { topic, partition: String(place?.partition) })
  assert.deepEqual(await handleAgain(), ['d-8', 'd-9'])
  await assert.rejects(set('4711', { topic }), /holds offsets 0 to \d+, not 4711/)
  await assert.rejects(set('end', { topic: 'other' }), /plain does not read other\. Use one of: /)
})

test('the offsets of a running worker are not changed', async (t) => {
  const worker = await startWorkerInProcess(stack, plain)
  t.after(worker.stop)
  await assert.rejects(set('beginning'), {
    name: 'UsageError',
    message:
      /^The worker plain is running \(members of the group .*gitlab-bridge\.plain: 1\)\. Stop the worker/,
  })
})

test('rebuild begins with the first event, and refuses a worker or topics that cannot do that', async () => {
  await assert.rejects(rebuild('plain', stack.env, workers), /plain cannot be rebuilt/)
  handled.length = 0
  assert.equal(await rebuild('rebuilt', stack.env, workers), 3)
  assert.deepEqual(forgotten, [0])
  const worker = await startWorkerInProcess(stack, rebuilt)
  await untilCount(handled, 10)
  assert.equal(handled[0], 'd-0')
  await assert.rejects(rebuild('rebuilt', stack.env, workers), /rebuilt is running/)
  await worker.stop()
  assert.deepEqual(forgotten, [0])

  const admin = stack.kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  const partition = ends.find(({ high }) => Number(high) > 0)?.partition ?? 0
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '1' }] })
  await admin.disconnect()
  await assert.rejects(
    rebuild('rebuilt', stack.env, workers),
    new RegExp(`Kafka has deleted the first events of .*push/${partition}`),
  )
  handled.length = 0
  assert.equal(await rebuild('adding', stack.env, workers), 3)
  const addingWorker = await startWorkerInProcess(stack, adding)
  await eventually(() => assert.equal(handled[0], 'd-1'))
  await addingWorker.stop()
})
