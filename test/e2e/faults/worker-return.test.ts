// How soon a worker handles records again after brokers were away.
import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { createKafkajsCluster } from '../../../lib/kafka/cluster.ts'
import { killAndWait } from '../../helpers/faults/fault-suite.ts'
import { outage } from '../../helpers/faults/outage.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { setUpPatiently } from '../../helpers/servers/set-up-patiently.ts'
import { openSharedRegistry } from '../../helpers/servers/shared-registry.ts'
import { openStack } from '../../helpers/servers/stack.ts'
import { startTemporaryCluster } from '../../helpers/servers/temporary-cluster.ts'

const [cluster, schemaRegistryUrl] = await Promise.all([startTemporaryCluster(3), openSharedRegistry()])
after(() => cluster.remove())
/** When each delivery was handled first. */
const handledAt = new Map<string, number>()
const reader = pushConsumer('reader', async ({ delivery }) => {
  if (!handledAt.has(delivery.id)) handledAt.set(delivery.id, performance.now())
})
const stack = await openStack('return', { kafkaBrokers: cluster.brokers, schemaRegistryUrl, databaseUrl: '' })
await setUpPatiently(
  { ...stack.env, DATABASE_URL: '', AUDIT_LOG_DATABASE_URL: '' },
  recordingLogger().logger,
  [reader],
)
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

const untilHandled = async (ids: readonly string[]): Promise<number> => {
  await eventually(() =>
    assert.deepEqual(
      ids.filter((id) => !handledAt.has(id)),
      [],
    ),
  )
  return Math.max(...ids.map((id) => handledAt.get(id) ?? 0))
}

/**
 * Publishes until the brokers accept it, and waits until a worker has handled that.
 *
 * @param joinable resolves when the group has a coordinator again
 * @returns how long the worker took since then, in milliseconds
 */
const returnTime = async (joinable: () => Promise<void>): Promise<number> => {
  await eventually(joinable)
  const joinableAt = performance.now()
  const ids = await eventually(() => publishPushes(stack, 10, { prefix: crypto.randomUUID() }))
  const publishedAt = performance.now()
  return Math.max(0, (await untilHandled(ids)) - Math.max(joinableAt, publishedAt))
}

const startReader = async (t: TestContext, sessionSeconds: string) => {
  const worker = await startWorkerInProcess(stack, reader, { CONSUMER_SESSION_SECONDS: sessionSeconds })
  t.after(worker.stop)
  await untilHandled(await publishPushes(stack, 10, { prefix: crypto.randomUUID() }))
}

test('a worker handles records within 10 s after another broker coordinates its group', async (t) => {
  await startReader(t, '45')
  const dead = await coordinator()
  await killAndWait(cluster.node(dead))
  const tookMs = await returnTime(async () => assert.notEqual(await coordinator(), dead))
  t.diagnostic(`handled ${Math.round(tookMs)} ms after the group could be joined`)
  await cluster.startAgain(dead)
  assert.ok(tookMs < 10_000, `${tookMs} ms`)
})

test('a worker handles records within 10 s after two of three brokers are back', async (t) => {
  await startReader(t, '15')
  await Promise.all([1, 2].map((id) => killAndWait(cluster.node(id))))
  // Longer than the session, which the coordinator counts anew when it is back.
  await outage(18)
  await Promise.all([1, 2].map((id) => cluster.startAgain(id)))
  const tookMs = await returnTime(async () => void (await coordinator()))
  t.diagnostic(`handled ${Math.round(tookMs)} ms after the group could be joined`)
  assert.ok(tookMs < 10_000, `${tookMs} ms`)
})
