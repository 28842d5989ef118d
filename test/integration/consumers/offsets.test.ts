import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Admin } from 'kafkajs'
import { setOffsets } from '../../../cli/offsets/set-offsets.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { setUpPatiently } from '../../helpers/servers/set-up-patiently.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const handled: string[] = []
const worker = pushConsumer('reader', async ({ delivery }) => void handled.push(delivery.id))
const stack = await openWorkerStack('offsets', [worker])
const topic = stack.names.topic('push')
const group = stack.names.group('reader')

const withAdmin = async (action: (admin: Admin) => Promise<unknown>) => {
  const admin = stack.kafka.admin()
  await admin.connect()
  await action(admin).finally(() => admin.disconnect())
}

const committed = async () => {
  const offsets = await openOffsets(stack.kafka)
  return (
    await offsets.committed(group, [topic, stack.names.retryTopic('reader')]).finally(() => offsets.close())
  ).map(({ offset }) => offset)
}

test('setup commits a first offset for every partition and leaves existing offsets alone', async () => {
  assert.deepEqual(await committed(), [0, 0, 0, 0, 0, 0])
  await publishPushes(stack, 30)
  const running = await startWorkerInProcess(stack, worker)
  await untilCount(handled, 30)
  await running.stop()
  const before = await committed()
  assert.equal(
    before.reduce<number>((sum, offset) => sum + (offset ?? 0), 0),
    30,
  )
  await setUpPatiently(stack.env, recordingLogger().logger, [worker])
  assert.deepEqual(await committed(), before)
  for (const partition of ['3', 'x', '']) {
    await assert.rejects(
      setOffsets('reader', { to: 'end', topic, partition }, stack.env, [worker]),
      /reads no .*push with a partition/,
    )
  }
})

test('a worker with expired offsets does not start, and setup does not hide the gap', async () => {
  await withAdmin((admin) => admin.deleteGroups([group]))
  const { logger, lines } = recordingLogger()
  await setUpPatiently(stack.env, logger, [worker])
  assert.ok(lines.some(({ level, message }) => level === 'warn' && /have expired/.test(message)))
  // What fails while it lets go of the rest hides nothing.
  const clinging: typeof worker = {
    ...worker,
    create: async (...given) => ({
      ...(await worker.create(...given)),
      close: () => Promise.reject(new Error('does not close')),
    }),
  }
  await assert.rejects(startWorkerInProcess(stack, clinging), (error: Error) => {
    assert.match(error.message, /reader has no committed offset at all: its offsets expired/)
    assert.match(
      error.message,
      /`bridge offsets set reader --to beginning` .*`bridge offsets set reader --to end`/,
    )
    return true
  })
  // A part of them alone would make the rest look new to setup.
  for (const part of [{ topic }, { partition: '0' }]) {
    await assert.rejects(setOffsets('reader', { to: 'end', ...part }, stack.env, [worker]), {
      name: 'UsageError',
      message: /First set the offsets of all its partitions/,
    })
  }
  assert.deepEqual([...new Set(await committed())], [undefined])
  assert.equal((await setOffsets('reader', { to: 'end' }, stack.env, [worker])).length, 6)
  assert.equal(handled.length, 30)
})

test('a worker does not start if records were deleted before it has handled them', async () => {
  const offsets = await openOffsets(stack.kafka)
  const ends = await offsets.ends([topic, stack.names.retryTopic('reader')])
  await offsets.commit(
    group,
    ends.map((end) => ({ ...end, offset: end.low })),
  )
  await offsets.close()
  const high = ends.find((end) => end.topic === topic && end.partition === 0)?.high ?? 0
  await withAdmin((admin) =>
    deleteRecords(admin, { topic, partitions: [{ partition: 0, offset: String(high) }] }),
  )
  await assert.rejects(
    startWorkerInProcess(stack, worker),
    new RegExp(
      'must continue at offset 0 of .*gitlab\\.push/0, ' +
        `but the oldest record there is ${high}: ${high} were deleted`,
    ),
  )
  assert.equal(handled.length, 30)
})

test('a running worker fails if records are deleted before it has handled them', async (t) => {
  const offsets = await openOffsets(stack.kafka)
  const ends = await offsets.ends([topic, stack.names.retryTopic('reader')])
  await offsets.commit(
    group,
    ends.map((end) => ({ ...end, offset: end.high })),
  )
  await offsets.close()
  let release = () => undefined as unknown
  const gate = new Promise((resolve) => {
    release = () => resolve(undefined)
  })
  const seen: string[] = []
  const slow = pushConsumer('reader', async ({ delivery }) => {
    seen.push(delivery.id)
    await gate
  })
  const running = await startWorkerInProcess(stack, slow, { CONSUMER_TIMEOUT_SECONDS: '30' })
  t.after(running.stop)
  await publishPushes(stack, 1, { prefix: 'held', projects: 1 })
  await untilCount(seen, 1)
  await publishPushes(stack, 10, { prefix: 'lost', projects: 1 })
  const [{ partition, high } = { partition: 0, high: 0 }] = (await endsOf()).sort(
    (one, other) => other.high - one.high,
  )
  await withAdmin((admin) =>
    deleteRecords(admin, { topic, partitions: [{ partition, offset: String(high) }] }),
  )
  release()
  await publishPushes(stack, 1, { prefix: 'next', projects: 1 })
  await assert.rejects(running.failure, /10 were deleted before they were handled/)
  assert.deepEqual(seen, ['held-0'])
  await running.stop()
  // The client has given up the place; setup must not take the partition for a new one.
  const { logger, lines } = recordingLogger()
  await setUpPatiently(stack.env, logger, [worker])
  const warning = lines.find(({ level, message }) => level === 'warn' && /out of range/.test(message))
  assert.equal(warning?.fields.partitions, `${topic}/${partition}`)
  await assert.rejects(
    startWorkerInProcess(stack, worker),
    new RegExp(`was out of range of ${topic}/${partition}, .* --topic ${topic} --to beginning`),
  )
  assert.deepEqual(seen, ['held-0'])
})

// The client deletes only in topics that it has heard of before.
const deleteRecords = async (admin: Admin, request: Parameters<Admin['deleteTopicRecords']>[0]) => {
  await admin.fetchTopicOffsets(request.topic)
  await admin.deleteTopicRecords(request)
}

const endsOf = async () => {
  const offsets = await openOffsets(stack.kafka)
  return offsets.ends([topic]).finally(() => offsets.close())
}

test('setup commits the first offset of a topic that is new to a running worker', async (t) => {
  const wide = { ...worker, name: 'widening' }
  await setUpPatiently(stack.env, recordingLogger().logger, [wide])
  const running = await startWorkerInProcess(stack, wide)
  t.after(running.stop)
  const wider = { ...wide, events: ['push', 'tag_push'] as const }
  await setUpPatiently(stack.env, recordingLogger().logger, [wider as never])
  const offsets = await openOffsets(stack.kafka)
  const offsetsOfNew = (
    await offsets.committed(stack.names.group('widening'), [stack.names.topic('tag_push')])
  ).map(({ offset }) => offset)
  await offsets.close()
  assert.deepEqual(offsetsOfNew, [0, 0, 0])
  await publishPushes(stack, 5, { prefix: 'after' })
  await eventually(() => assert.equal(handled.filter((id) => id.startsWith('after')).length, 5))
})
