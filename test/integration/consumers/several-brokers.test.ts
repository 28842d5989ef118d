// The client fetches from each broker separately:
// with several brokers, a part of a worker may stand still while the rest
// moves on.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { setUpPatiently } from '../../helpers/servers/set-up-patiently.ts'
import { openSharedRegistry } from '../../helpers/servers/shared-registry.ts'
import { openStack } from '../../helpers/servers/stack.ts'
import { startTemporaryCluster } from '../../helpers/servers/temporary-cluster.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'

const [cluster, schemaRegistryUrl] = await Promise.all([startTemporaryCluster(2), openSharedRegistry()])
after(() => cluster.remove())
const stack = await openStack('several-brokers', {
  kafkaBrokers: cluster.brokers,
  schemaRegistryUrl,
  databaseUrl: '',
})

const handled: string[] = []
const released = Promise.withResolvers<undefined>()
const hanging = pushConsumer('hanging', async ({ delivery }) => {
  if (delivery.id === 'hanging-0') return await released.promise
  handled.push(delivery.id)
  return undefined
})

test('a handler that hangs ends the worker, also while partitions of another broker move on', async (t) => {
  const { logger } = recordingLogger()
  await setUpPatiently({ ...stack.env, DATABASE_URL: '', AUDIT_LOG_DATABASE_URL: '' }, logger, [hanging])
  const { topics } = await withAdmin(stack.kafka, (admin) =>
    admin.fetchTopicMetadata({ topics: [stack.names.topic('push')] }),
  )
  const [one, ...others] = topics[0]?.partitions ?? []
  const other = others.find(({ leader }) => leader !== one?.leader)
  assert.ok(one && other, 'one broker leads all partitions')

  const worker = await startWorkerInProcess(stack, hanging, {
    CONSUMER_TIMEOUT_SECONDS: '0.5',
    CONSUMER_STALL_SECONDS: '2',
  })
  await publishPushes(stack, 1, { prefix: 'hanging', partition: one.partitionId })
  const deadline = Date.now() + 120_000
  for (let round = 0; worker.failedWith() === undefined && Date.now() < deadline; round++) {
    await publishPushes(stack, 5, { prefix: `moving-${round}`, partition: other.partitionId })
    await sleep(100) // The other broker is to move on steadily, not as fast as it can.
  }
  assert.match(String(worker.failedWith()), /a handler has not ended/)
  assert.ok(handled.length >= 10, `${handled.length} records handled at the other broker`)
  t.diagnostic(`${handled.length} records handled at the other broker`)
  released.resolve(undefined)
  await worker.stop()
})
