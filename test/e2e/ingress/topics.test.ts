// One topic that takes nothing, with real servers: its own hooks wait on disk and keep their order, those of others are published as before.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { cacheFolder } from '../../../local/artifacts.ts'
import { type HookLoad, startHookLoad } from '../../helpers/faults/hook-load.ts'
import { assertNoLoss, describeCounts } from '../../helpers/faults/no-loss-check.ts'
import { outageMs } from '../../helpers/faults/outage.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { type IngressProcess, untilDrained } from '../../helpers/process/ingress-process.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { type PostedHook, postHook } from '../../helpers/records/post-hook.ts'
import { type IngressStack, openIngressStack, token } from '../../helpers/servers/ingress-stack.ts'
import { startKafkaCluster } from '../../helpers/servers/kafka-cluster.ts'
import { startKafkaWithAcls } from '../../helpers/servers/kafka-with-acls.ts'
import { startServers } from '../../helpers/servers/servers.ts'

const [kafka, servers] = await Promise.all([startKafkaWithAcls(), startServers(['registry'])])
const world = await openIngressStack(kafka.brokers, servers.schemaRegistryUrl)
// In this order: hooks of the runner go first in, first out.
after(async () => {
  await world.close()
  await servers.remove()
  await kafka.remove()
})
await world.setUp()

const topic = world.names.topic('push')

const withAdmin = async <T>(client: Kafka, use: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = client.admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}
const deleteTopic = () => withAdmin(world.kafka, (admin) => admin.deleteTopics({ topics: [topic] }))

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs
type Operation = 'WRITE' | 'DESCRIBE' | 'READ' | 'DESCRIBE_CONFIGS' | 'ALL'
const anybody = { principal: 'User:ANONYMOUS', host: '*' }
const entry = (operation: Operation, permission: 'ALLOW' | 'DENY') => ({
  ...anybody,
  resourceType: AclResourceTypes.TOPIC,
  resourceName: topic,
  resourcePatternType: ResourcePatternTypes.LITERAL,
  operation: AclOperationTypes[operation],
  permissionType: AclPermissionTypes[permission],
})
const forbid = (operation: Operation) =>
  withAdmin(world.kafka, (admin) =>
    admin.createAcls({ acl: [entry('ALL', 'ALLOW'), entry(operation, 'DENY')] }),
  )
const allowAll = () =>
  withAdmin(world.kafka, (admin) =>
    admin.deleteAcls({
      filters: [
        {
          ...entry('ALL', 'ALLOW'),
          operation: AclOperationTypes.ANY,
          permissionType: AclPermissionTypes.ANY,
        },
      ],
    }),
  )

const hooksOf = (driver: HookLoad, from: number, isPush: boolean) =>
  driver.posted.slice(from).filter((posted) => posted.topic?.endsWith('gitlab.push') === isPush)
const statusesOf = (posted: readonly PostedHook[]) => [...new Set(posted.map(({ status }) => status))]

/** While it lasts: hooks of the topic are spooled, the others published; readiness says so. */
const assertHoldsUpNoOther = async (ingress: IngressProcess, driver: HookLoad) => {
  await eventually(async () =>
    assert.match((await ingress.readiness()).status, /^degraded: not available: faults-\w+\.gitlab\.push$/),
  )
  await eventually(async () => assert.equal(driver.posted.at(-1)?.status, 200))
  const from = driver.posted.length
  await sleep(outageMs(3))
  assert.deepEqual(statusesOf(hooksOf(driver, from, true)), [202])
  assert.deepEqual(statusesOf(hooksOf(driver, from, false)), [200])
  assert.ok((await ingress.metric('ingress_spool_records')) > 0)
}

/** Numbered hooks of one project, each once the one before is answered, until it is stopped. */
const startSeries = (url: string) => {
  const posted: PostedHook[] = []
  const stopping = new AbortController()
  const posting = (async () => {
    for (let number = 0; !stopping.signal.aborted; number++) {
      const id = crypto.randomUUID()
      const answer = await postHook(url, token, id, markedBody(id, 0, { project_id: 4711, number }))
      if (answer === 'refused') return
      posted.push(answer)
      await sleep(20)
    }
  })()
  return {
    posted,
    stop: async () => {
      stopping.abort()
      await posting
    },
  }
}

const assertInOrder = async ({ read, names }: IngressStack, posted: readonly PostedHook[]) => {
  const order = new Map(posted.map(({ id }, number) => [id, number]))
  const found = (await read([names.topic('push')]))
    .filter(({ marker }) => order.has(marker))
    .toSorted((a, b) => a.offset - b.offset)
  const numbers = [...new Set(found.map(({ marker }) => order.get(marker) ?? -1))]
  assert.ok(numbers.length > 50, `${numbers.length} hooks`)
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
}

/** A fault of the topic, and its end. */
interface Fault {
  begin(): Promise<unknown>
  end(): Promise<unknown>
  /** Hooks come all the time; or only then, where what was on the topic goes with it. */
  hooks: 'all the time' | 'once it has begun'
}

const outlast = async (t: TestContext, world: IngressStack, { begin, end, hooks }: Fault) => {
  const ingress = await world.start({ INGRESS_SPOOL_DIR: await world.folder() })
  await eventually(async () => {
    const id = crypto.randomUUID()
    const answer = await postHook(ingress.hookUrl, token, id, markedBody(id, 0))
    assert.equal(answer === 'refused' ? answer : answer.status, 200)
  })
  if (hooks === 'once it has begun') await begin()
  const driver = startHookLoad({ urls: () => [ingress.hookUrl], token, perSecond: 40 })
  const series = startSeries(ingress.hookUrl)
  await sleep(1000)
  if (hooks === 'all the time') await begin()
  await assertHoldsUpNoOther(ingress, driver)
  await end()
  await untilDrained(ingress)
  await eventually(async () => assert.equal((await ingress.readiness()).status, 'ready'))
  await series.stop()
  await driver.stop()
  await untilDrained(ingress)
  await assertInOrder(world, series.posted)
  const tally = await assertNoLoss(world, [...driver.posted, ...series.posted])
  t.diagnostic(describeCounts(t.name, tally))
  assert.equal(tally.answered, tally.posted)
  assert.equal(
    ingress.lines.filter((line) => line.includes('a topic is not available')).length,
    1,
    'said once',
  )
  await ingress.stop(15_000)
}

for (const operation of ['WRITE', 'ALL'] as const) {
  test(`a topic on which an access control list denies ${operation}`, (t) =>
    outlast(t, world, { begin: () => forbid(operation), end: allowAll, hooks: 'all the time' }))
}

test('a topic deleted under us and made again by setup', (t) =>
  outlast(t, world, {
    begin: deleteTopic,
    end: () => eventually(() => world.setUp()),
    hooks: 'once it has begun',
  }))

test('a topic missing at the start, and at the next: what waits for it is found again', async (t) => {
  await deleteTopic()
  const env = { INGRESS_SPOOL_DIR: await world.folder() }
  const first = await world.start(env)
  const driver = startHookLoad({ urls: () => [first.hookUrl], token, perSecond: 40 })
  await assertHoldsUpNoOther(first, driver)
  await driver.stop()
  const waiting = await first.metric('ingress_spool_records')
  first.kill('SIGKILL')
  await first.exited

  const second = await world.start(env)
  assert.equal(await second.metric('ingress_spool_records'), waiting)
  const driverOfSecond = startHookLoad({ urls: () => [second.hookUrl], token, perSecond: 40 })
  await assertHoldsUpNoOther(second, driverOfSecond)
  await eventually(() => world.setUp())
  await untilDrained(second)
  await eventually(async () => assert.equal((await second.readiness()).status, 'ready'))
  await driverOfSecond.stop()
  await untilDrained(second)
  const tally = await assertNoLoss(world, [...driver.posted, ...driverOfSecond.posted])
  t.diagnostic(describeCounts(t.name, tally))
  assert.equal(tally.answered, tally.posted)
  await second.stop(15_000)
})

test('a topic whose only replica is on a broker that is dead', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bridge-test-cluster-'))
  const cluster = await startKafkaCluster({
    dataDir,
    cacheDir: cacheFolder(process.env),
    env: process.env,
    nodes: 3,
  })
  const wide = await openIngressStack(cluster.brokers, servers.schemaRegistryUrl)
  try {
    await wide.setUp()
    const push = wide.names.topic('push')
    await withAdmin(wide.kafka, (admin) => admin.deleteTopics({ topics: [push] }))
    const narrow = { topic: push, replicaAssignment: [{ partition: 0, replicas: [3] }] }
    await eventually(() => withAdmin(wide.kafka, (admin) => admin.createTopics({ topics: [narrow] })))
    const kill = async () => {
      cluster.node(3).kill('SIGKILL')
      await cluster.node(3).exited
    }
    await outlast(t, wide, { begin: kill, end: () => cluster.startAgain(3), hooks: 'all the time' })
  } finally {
    await wide.close()
    await cluster.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
