// Three brokers, three replicas, two of them in sync at least: the leader of every partition dies in turn, and no hook that was answered is lost.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from '../../../local/artifacts.ts'
import { startHookLoad } from '../../helpers/faults/hook-load.ts'
import { assertNoLoss, describeCounts } from '../../helpers/faults/no-loss-check.ts'
import { isSoak, outageMs } from '../../helpers/faults/outage.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { untilDrained } from '../../helpers/process/ingress-process.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { type PostedHook, postHook } from '../../helpers/records/post-hook.ts'
import { openIngressStack, token } from '../../helpers/servers/ingress-stack.ts'
import { startKafkaCluster } from '../../helpers/servers/kafka-cluster.ts'
import { startServers } from '../../helpers/servers/servers.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-cluster-'))
const [cluster, servers] = await Promise.all([
  startKafkaCluster({ dataDir, cacheDir: cacheFolder(process.env), env: process.env, nodes: 3 }),
  startServers(['registry']),
])
const world = await openIngressStack(cluster.brokers, servers.schemaRegistryUrl)
// In this order: hooks of the runner go first in, first out, and a folder that brokers still write to cannot be removed.
after(async () => {
  await world.close()
  await servers.remove()
  await cluster.stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** How many brokers a partition of a topic has in sync, and who leads it. */
const partitionOf = async (topic: string, id = 0) => {
  const admin = world.kafka.admin()
  await admin.connect()
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const partition = topics[0]?.partitions.find(({ partitionId }) => partitionId === id)
    assert.ok(partition)
    return { leader: partition.leader, inSync: partition.isr.length }
  } finally {
    await admin.disconnect()
  }
}

test('leader killed -9 under load', async (t) => {
  const admin = world.kafka.admin()
  await admin.connect()
  await eventually(async () => assert.equal((await admin.describeCluster()).brokers.length, 3))
  await admin.disconnect()
  await world.setUp()
  const topic = world.names.topic('push')
  await eventually(async () => assert.equal((await partitionOf(topic)).inSync, 3))

  const ingress = await world.start()
  const driver = startHookLoad({ urls: () => [ingress.hookUrl], token, perSecond: 25 })
  for (let kill = 0; kill < (isSoak ? 12 : 1); kill++) {
    await sleep(1000)
    const { leader } = await partitionOf(topic)
    const node = cluster.node(leader)
    node.kill('SIGKILL')
    await node.exited
    await eventually(async () => assert.notEqual((await partitionOf(topic)).leader, leader))
    await sleep(outageMs(2))
    await cluster.startAgain(leader)
    await eventually(async () => assert.equal((await partitionOf(topic)).inSync, 3))
  }
  await untilDrained(ingress)
  await driver.stop()
  await untilDrained(ingress)
  const tally = await assertNoLoss(world, driver.posted)
  t.diagnostic(describeCounts(t.name, tally))
  assert.equal(tally.answered, tally.posted)
})

test('with one replica left of three, hooks are spooled: an acknowledgement of one broker alone is none', async (t) => {
  const topic = world.names.topic('push')
  const ingress = await world.start({ INGRESS_SPOOL_DIR: await world.folder() })
  const posted: PostedHook[] = []
  const post = async (id: string) => {
    const answer = await postHook(ingress.hookUrl, token, id, markedBody(id, 0))
    assert.notEqual(answer, 'refused')
    posted.push(answer as PostedHook)
    return (answer as PostedHook).status
  }
  await eventually(async () => assert.equal(await post(crypto.randomUUID()), 200))
  const place = (await world.read([topic])).find(({ marker }) => marker === posted.at(-1)?.id)
  const { leader } = await partitionOf(topic, place?.partition)
  // A frozen majority: the partition's leader still answers, and may acknowledge nothing.
  const others = [1, 2, 3].filter((id) => id !== leader)
  for (const id of others) cluster.node(id).kill('SIGSTOP')
  try {
    assert.equal(await post(crypto.randomUUID()), 202)
    assert.equal(await post(crypto.randomUUID()), 202)
  } finally {
    for (const id of others) cluster.node(id).kill('SIGCONT')
  }
  await untilDrained(ingress)
  const tally = await assertNoLoss(world, posted)
  t.diagnostic(describeCounts(t.name, tally))
  assert.equal(tally.answered, tally.posted)
})

test('with one broker frozen the others take the hooks, though it be the first of the list', async (t) => {
  const ingress = await world.start({ INGRESS_SPOOL_DIR: await world.folder() })
  const driver = startHookLoad({ urls: () => [ingress.hookUrl], token, perSecond: 25 })
  const first = cluster.node(1)
  await sleep(1000)
  first.kill('SIGSTOP')
  try {
    await sleep(8000) // for longer than the cluster takes to find out
    await untilDrained(ingress)
    await eventually(async () => {
      const id = crypto.randomUUID()
      const answer = await postHook(ingress.hookUrl, token, id, markedBody(id, 0))
      assert.equal(answer === 'refused' ? answer : answer.status, 200)
    })
  } finally {
    first.kill('SIGCONT')
  }
  await driver.stop()
  await untilDrained(ingress)
  const tally = await assertNoLoss(world, driver.posted)
  t.diagnostic(describeCounts(t.name, tally))
  assert.equal(tally.answered, tally.posted)
})
