// Three brokers, three replicas, and at least two of them in sync:
// no hook that was answered is lost when the leader of
// its partition dies, when only one replica is left, or when one broker is frozen.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type ReadTopicFacts, readTopicFacts } from '../../../ingress/publish/topic-metadata.ts'
import { readVariables } from '../../../lib/config.ts'
import { createKafka } from '../../../lib/kafka/client.ts'
import { openOffsets } from '../../../lib/kafka/offsets.ts'
import { kafkaVariables } from '../../../lib/kafka/settings.ts'
import { withTimeLimit } from '../../../lib/time-limit.ts'
import { concludeAllAnswered, drain, killAndWait, untilPublishing } from '../../helpers/faults/fault-suite.ts'
import { startHookLoad } from '../../helpers/faults/hook-load.ts'
import { isSoak, outage } from '../../helpers/faults/outage.ts'
import { assertSurvives } from '../../helpers/faults/topic-fault.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { freeze } from '../../helpers/process/freeze.ts'
import { untilDrained } from '../../helpers/process/ingress-process.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { type PostedHook, postHook } from '../../helpers/records/post-hook.ts'
import { deleteTopics } from '../../helpers/servers/delete-topics.ts'
import { openIngressStack, token } from '../../helpers/servers/ingress-stack.ts'
import { openSharedRegistry } from '../../helpers/servers/shared-registry.ts'
import { startTemporaryCluster } from '../../helpers/servers/temporary-cluster.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'

const [cluster, registryUrl] = await Promise.all([startTemporaryCluster(3), openSharedRegistry()])
const stack = await openIngressStack(cluster.brokers, registryUrl)
// One hook, because the test runner runs its hooks in the order in which they were registered.
after(async () => {
  await stack.close()
  await cluster.remove()
})
await eventually(async () => {
  const { brokers } = await withAdmin(stack.kafka, (admin) => admin.describeCluster())
  assert.equal(brokers.length, 3)
})
await stack.setUp()
const topic = stack.names.topic('push')

/** The leader of a partition, and how many of its replicas are in sync. */
const partitionOf = async (id = 0, ofTopic = topic) => {
  const { topics } = await withAdmin(stack.kafka, (admin) => admin.fetchTopicMetadata({ topics: [ofTopic] }))
  const partition = topics[0]?.partitions.find(({ partitionId }) => partitionId === id)
  assert.ok(partition)
  return { leader: partition.leader, inSync: partition.isr.length }
}
const untilAllInSync = (ofTopic = topic) =>
  eventually(async () => assert.equal((await partitionOf(0, ofTopic)).inSync, 3))
await untilAllInSync()

test('no hook is lost when the leader of a partition is killed', async (t) => {
  const ingress = await stack.start({ INGRESS_SPOOL_DIR: await stack.folder() })
  const load = startHookLoad({ urls: () => [ingress.hookUrl], token, perSecond: 25 })
  for (let kill = 0; kill < (isSoak ? 12 : 1); kill++) {
    await load.untilAnswered(25)
    const { leader } = await partitionOf()
    const node = cluster.node(leader)
    node.kill('SIGKILL')
    await node.exited
    await eventually(async () => assert.notEqual((await partitionOf()).leader, leader))
    await outage(2)
    await cluster.startAgain(leader)
    await untilAllInSync()
  }
  await drain(ingress, load)
  await concludeAllAnswered(t, stack, load.posted)
})

test('with one replica of three left, hooks are spooled: one broker cannot acknowledge', async (t) => {
  const ingress = await stack.start({ INGRESS_SPOOL_DIR: await stack.folder() })
  const posted: PostedHook[] = []
  const post = async (id: string) => {
    const answer = await postHook(ingress.hookUrl, token, id, markedBody(id, 0))
    assert.notEqual(answer, 'refused')
    posted.push(answer as PostedHook)
    return (answer as PostedHook).status
  }
  await eventually(async () => assert.equal(await post(crypto.randomUUID()), 200))
  const place = (await stack.read([topic])).find(({ marker }) => marker === posted.at(-1)?.id)
  const { leader } = await partitionOf(place?.partition)
  // With a frozen majority the leader of the partition still answers, but may acknowledge nothing.
  const others = [1, 2, 3].filter((id) => id !== leader)
  for (const id of others) await freeze(cluster.node(id))
  try {
    assert.equal(await post(crypto.randomUUID()), 202)
    assert.equal(await post(crypto.randomUUID()), 202)
  } finally {
    for (const id of others) cluster.node(id).kill('SIGCONT')
  }
  await untilDrained(ingress)
  await concludeAllAnswered(t, stack, posted)
})

test('with one broker frozen the others take the hooks, even if it is the first of the list', async (t) => {
  const ingress = await stack.start({ INGRESS_SPOOL_DIR: await stack.folder() })
  const load = startHookLoad({ urls: () => [ingress.hookUrl], token, perSecond: 25 })
  const first = cluster.node(1)
  await load.untilAnswered(25)
  await freeze(first)
  try {
    await untilFenced(1)
    await untilPublishing(ingress)
  } finally {
    first.kill('SIGCONT')
  }
  await drain(ingress, load)
  await concludeAllAnswered(t, stack, load.posted)
})

test('the end of a partition comes from its present leader, also when the old one is back', async (t) => {
  const quiet = stack.names.topic('tag_push')
  await untilAllInSync(quiet)
  const { leader: old } = await partitionOf(0, quiet)
  const offsets = await openOffsets(clientOf((id) => id === old))
  t.after(() => offsets.close())
  const endOf = async () => (await offsets.ends([quiet])).find(({ partition }) => partition === 0)?.high
  const before = Number(await endOf())
  const others = clientOf((id) => id !== old)
  const producer = others.producer({ allowAutoTopicCreation: false })
  t.after(() => producer.disconnect())
  await freeze(cluster.node(old))
  try {
    await untilFenced(old)
    await producer.connect()
    const messages = Array.from({ length: 20 }, () => ({ partition: 0, value: 'x' }))
    await eventually(() => producer.send({ topic: quiet, messages }))
  } finally {
    cluster.node(old).kill('SIGCONT')
  }
  const ends = new Set<number>()
  for (const deadline = Date.now() + 5000; Date.now() < deadline; ) ends.add(Number(await endOf()))
  assert.ok(Math.min(...ends) >= before + 20, `${[...ends]} instead of ${before + 20}`)
})

test('a probe of the brokers is answered while one of three is frozen, or dead', async (t) => {
  // This client knows only the broker that will be frozen. It must learn the others from the first answer.
  const offsets = await openOffsets(clientOf((id) => id === 2))
  t.after(() => offsets.close())
  await offsets.reach()
  const node = cluster.node(2)
  const probeOften = async () => {
    for (let probe = 0; probe < 10; probe++) await withTimeLimit(4000, offsets.reach())
  }
  await freeze(node)
  try {
    await probeOften()
  } finally {
    node.kill('SIGCONT')
  }
  await killAndWait(node)
  try {
    await probeOften()
  } finally {
    await cluster.startAgain(2)
    await untilAllInSync()
  }
})

/** A client that knows only these brokers at its start. */
const clientOf = (isKnown: (id: number) => boolean) => {
  const brokers = cluster.brokers.split(',').filter((_, index) => isKnown(index + 1))
  const settings = readVariables(kafkaVariables, { KAFKA_BROKERS: brokers.join(',') })
  return createKafka(settings, 'test', recordingLogger().logger, 2000)
}

/** Waits until the cluster has noticed that a broker is frozen, and no longer names it. */
const untilFenced = (frozen: number) => {
  const client = clientOf((id) => id !== frozen)
  return eventually(async () => {
    const { brokers } = await withAdmin(client, (admin) => admin.describeCluster())
    assert.ok(!brokers.some(({ nodeId }) => nodeId === frozen), `broker ${frozen} is still in the cluster`)
  })
}

/** A topic of somebody else that has no leader is no fault of ours: it does not keep us from anything. */
const assertUnaffectedBy = async (foreign: string) => {
  const client = clientOf((id) => id !== 3)
  await eventually(() =>
    assert.rejects(
      withAdmin(client, (admin) => admin.fetchTopicMetadata({ topics: [foreign] })),
      /no leader/,
    ),
  )
  await stack.setUp()
  const facts = await readTopicFacts(client, [topic])
  const { maxBytes } = facts.get(topic) as ReadTopicFacts
  assert.equal(typeof maxBytes, 'number')
}

test('hooks of a topic wait on disk while its only replica is on a dead broker', async (t) => {
  const narrow = await openIngressStack(cluster.brokers, registryUrl)
  try {
    await narrow.setUp()
    const push = narrow.names.topic('push')
    await withAdmin(narrow.kafka, (admin) => deleteTopics(admin, [push]))
    const onBroker3 = { topic: push, replicaAssignment: [{ partition: 0, replicas: [3] }] }
    await eventually(() => withAdmin(narrow.kafka, (admin) => admin.createTopics({ topics: [onBroker3] })))
    await assertSurvives(t, narrow, {
      begin: async () => {
        await killAndWait(cluster.node(3))
        await assertUnaffectedBy(push)
      },
      end: () => cluster.startAgain(3),
      hooks: 'from the start',
    })
  } finally {
    await narrow.close()
  }
})
