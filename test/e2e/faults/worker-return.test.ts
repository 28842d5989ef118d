// How soon a worker handles records again after brokers were away. Its session is as long as in production.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setUp } from '../../../cli/setup/set-up.ts'
import { createKafkajsCluster } from '../../../lib/kafka/cluster.ts'
import { killAndWait } from '../../helpers/faults/fault-suite.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { openStack } from '../../helpers/servers/stack.ts'
import { startTemporaryCluster } from '../../helpers/servers/temporary-cluster.ts'

const [cluster, servers] = await Promise.all([startTemporaryCluster(3), startServers(['registry'])])
after(async () => {
  await servers.remove()
  await cluster.remove()
})
const handledAt: number[] = []
const reader = pushConsumer('reader', async () => void handledAt.push(performance.now()))
const { schemaRegistryUrl } = servers
const stack = await openStack('return', { kafkaBrokers: cluster.brokers, schemaRegistryUrl, databaseUrl: '' })
await setUp({ ...stack.env, DATABASE_URL: '', AUDIT_LOG_DATABASE_URL: '' }, recordingLogger().logger, [
  reader,
])
const groupId = stack.names.group('reader')

const coordinator = async () => {
  const client = createKafkajsCluster(stack.kafka)
  await client.connect()
  try {
    const broker = (await client.findGroupCoordinator({ groupId })) as unknown as { nodeId: number }
    return Number(broker.nodeId)
  } finally {
    await client.disconnect()
  }
}

test('a worker handles records within 10 s after another broker coordinates its group', async (t) => {
  const worker = await startWorkerInProcess(stack, reader, { CONSUMER_SESSION_SECONDS: '45' })
  t.after(worker.stop)
  await publishPushes(stack, 10)
  await untilCount(handledAt, 10)
  const dead = await coordinator()
  await killAndWait(cluster.node(dead))
  const joinableAt = await eventually(async () => {
    assert.notEqual(await coordinator(), dead)
    return performance.now()
  })
  await eventually(() => publishPushes(stack, 10, { prefix: 'after' }))
  const publishedAt = performance.now()
  await untilCount(handledAt, 20)
  const tookMs = (handledAt.at(-1) ?? 0) - Math.max(joinableAt, publishedAt)
  t.diagnostic(`handled ${Math.round(tookMs)} ms after the group could be joined`)
  await cluster.startAgain(dead)
  assert.ok(tookMs < 10_000, `${tookMs} ms`)
})

test('a worker handles records within 10 s after two of three brokers are back', async (t) => {
  handledAt.length = 0
  const worker = await startWorkerInProcess(stack, reader, { CONSUMER_SESSION_SECONDS: '45' })
  t.after(worker.stop)
  await publishPushes(stack, 10, { prefix: 'whole' })
  await untilCount(handledAt, 10)
  await Promise.all([1, 2].map((id) => killAndWait(cluster.node(id))))
  await sleep(15_000)
  await Promise.all([1, 2].map((id) => cluster.startAgain(id)))
  const joinableAt = await eventually(async () => {
    await coordinator()
    return performance.now()
  })
  await eventually(() => publishPushes(stack, 10, { prefix: 'back' }))
  const publishedAt = performance.now()
  await untilCount(handledAt, 20)
  const tookMs = (handledAt.at(-1) ?? 0) - Math.max(joinableAt, publishedAt)
  t.diagnostic(`handled ${Math.round(tookMs)} ms after the group could be joined`)
  assert.ok(tookMs < 10_000, `${tookMs} ms`)
})
