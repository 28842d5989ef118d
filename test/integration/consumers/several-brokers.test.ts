// What one broker cannot show: the client fetches from each by itself, so one part of a worker may stand still while the other moves.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setUp } from '../../../cli/setup/set-up.ts'
import { cacheFolder } from '../../../local/artifacts.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { startKafkaCluster } from '../../helpers/servers/kafka-cluster.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { openStack } from '../../helpers/servers/stack.ts'
import { type SharedStack, sharedStackVariable } from '../../helpers/servers/stack-setup.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-cluster-'))
const [cluster, servers] = await Promise.all([
  startKafkaCluster({ dataDir, cacheDir: cacheFolder(process.env), env: process.env, nodes: 2 }),
  startServers(['registry']),
])
const shared: SharedStack = {
  kafkaBrokers: cluster.brokers,
  schemaRegistryUrl: servers.schemaRegistryUrl,
  databaseUrl: 'postgres://127.0.0.1/unused',
  kafkaPid: 0,
}
process.env[sharedStackVariable] = JSON.stringify(shared)
const stack = await openStack('several-brokers')
after(async () => {
  await servers.remove()
  await cluster.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const handled: string[] = []
const released = Promise.withResolvers<undefined>()
const hanging = pushConsumer('hanging', async ({ delivery }) => {
  if (delivery.id === 'hanging-0') return await released.promise
  handled.push(delivery.id)
  return undefined
})

test('a handler that hangs ends the process, also while partitions of another broker go on', async (t) => {
  await setUp({ ...stack.env, DATABASE_URL: '', AUDIT_LOG_DATABASE_URL: '' }, recordingLogger().logger, [
    hanging,
  ])
  const admin = stack.kafka.admin()
  await admin.connect()
  const { topics } = await admin
    .fetchTopicMetadata({ topics: [stack.names.topic('push')] })
    .finally(() => admin.disconnect())
  const [one, ...others] = topics[0]?.partitions ?? []
  const other = others.find(({ leader }) => leader !== one?.leader)
  assert.ok(one && other, 'one broker leads all partitions')

  const worker = await startWorkerInProcess(stack, hanging, {
    CONSUMER_TIMEOUT_SECONDS: '0.5',
    CONSUMER_STALL_SECONDS: '2',
  })
  let failure: unknown
  worker.failure.catch((error: unknown) => {
    failure = error
  })
  await publishPushes(stack, 1, { prefix: 'hanging', partition: one.partitionId })
  const end = Date.now() + 15_000
  for (let round = 0; failure === undefined && Date.now() < end; round++) {
    await publishPushes(stack, 5, { prefix: `moving-${round}`, partition: other.partitionId })
    await sleep(100)
  }
  assert.match(String(failure), /a handler has not ended/)
  assert.ok(handled.length >= 10, `${handled.length} handled at the other broker`)
  t.diagnostic(`${handled.length} handled at the other broker`)
  released.resolve(undefined)
  await worker.stop()
})
