import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer } from '../../../consumers/consumer.ts'
import { createGroupMember, type GroupMemberOptions } from '../../../consumers/runtime/group/group-member.ts'
import { startWorker } from '../../../consumers/runtime/worker.ts'
import { readVariables } from '../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../lib/kafka/client.ts'
import { createKafkajsCluster } from '../../../lib/kafka/cluster.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import type { NodeProcess } from '../../helpers/process/node-process.ts'
import { pushConsumer } from '../../helpers/process/push-consumer.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { effectsIn, startWorkerProcess } from '../../helpers/process/start-worker-process.ts'
import { untilCount } from '../../helpers/process/until-count.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { messagesOn } from '../../helpers/records/records.ts'
import { sorted } from '../../helpers/records/sorted.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const begun: string[] = []
const slow = pushConsumer('slow', async ({ delivery }, { signal }) => {
  begun.push(delivery.id)
  if (delivery.id !== 'd-0' || begun.length > 1) return
  await once(signal, 'abort')
  throw new Error('released')
})
const paired = {
  ...pushConsumer('paired', async () => undefined),
  events: ['push', 'tag_push'],
} as unknown as Consumer
const waiting = pushConsumer('waiting', async () => undefined)
const transactional = pushConsumer('transactional', async ({ delivery }) => void committed.push(delivery.id))
const committed: string[] = []
const stack = await openWorkerStack('member', [slow, paired, waiting, transactional])
await publishPushes(stack, 3, { projects: 1 })

test('a worker stops within 10 s during a long handling, and the record is delivered again', async () => {
  const worker = await startWorkerInProcess(stack, slow, { CONSUMER_TIMEOUT_SECONDS: '60' })
  await untilCount(begun, 1)
  const before = performance.now()
  await worker.stop()
  assert.ok(performance.now() - before < 10_000)
  assert.equal(worker.lines.filter(({ level }) => level === 'error').length, 0)
  const again = await startWorkerInProcess(stack, slow)
  await untilCount(begun, 4)
  await again.stop()
  assert.deepEqual(begun, ['d-0', 'd-0', 'd-1', 'd-2'])
})

const memberWith = (
  name: string,
  given: Pick<GroupMemberOptions, 'eachBatch' | 'isHandling'> & Partial<GroupMemberOptions>,
) =>
  createGroupMember({
    kafka: createKafka(readVariables(kafkaVariables, stack.env), 'test', recordingLogger().logger),
    group: stack.names.group(name),
    topics: async () => [stack.names.topic('push')],
    fetchSizes: { maxBytes: 4 << 20, maxBytesPerPartition: 1 << 20 },
    concurrency: 1,
    sessionSeconds: 6,
    attemptSeconds: 1,
    onNoMessages: () => {},
    onJoin: async () => {},
    fail: assert.fail,
    ...given,
  })

test('a new client that replaces a stalled one delivers the records that the old one did not', async () => {
  const offsets: string[] = []
  let joins = 0
  const member = memberWith('member', {
    eachBatch: async ({ batch, resolveOffset }) => {
      if (joins === 1) return
      for (const { offset } of batch.messages) {
        offsets.push(offset)
        resolveOffset(offset)
      }
    },
    isHandling: () => false,
    onJoin: async () => {
      joins += 1
    },
  })
  await member.start()
  await member.replaceClient()
  await untilCount(offsets, 3)
  await member.stop()
  assert.deepEqual(sorted(offsets), ['0', '1', '2'])
  assert.ok(performance.now() - member.lastActivityAt() < 5000)
})

test('the client is not replaced while a record is handled: two attempts would run at once', async () => {
  const { promise: hanging, resolve: end } = Promise.withResolvers<void>()
  let batches = 0
  const member = memberWith('handling', {
    eachBatch: () => {
      batches += 1
      return hanging
    },
    isHandling: () => true,
  })
  await member.start()
  await eventually(() => assert.equal(batches, 1))
  await assert.rejects(member.replaceClient(), /a handler that the old Kafka client called does not end/)
  assert.equal(batches, 1)
  end()
  await member.stop()
})

test('a worker leaves its group within 10 s while the group waits for a dead member', async (t) => {
  const group = stack.names.group('waiting')
  const env = { CONSUMER_SESSION_SECONDS: '30' }
  const worker = await startWorkerInProcess(stack, waiting, env)
  const { logger } = recordingLogger()
  const join = await openJoiner(t, group)

  // This member joins and is never heard of again: the group waits for it when the next one joins.
  const dead = await join()
  const untilLogged = (text: string, times: number) =>
    eventually(() => assert.equal(worker.lines.filter(({ message }) => message.includes(text)).length, times))
  await untilLogged('has joined the group', 2)
  join().catch(() => undefined)
  await untilLogged('re-joining', 2)

  const stoppedAt = Date.now()
  await worker.stop()
  assert.ok(Date.now() - stoppedAt < 10_000, `stopped after ${Date.now() - stoppedAt} ms`)
  const describeGroup = () =>
    withAdmin(stack.kafka, async (admin) => (await admin.describeGroups([group])).groups[0])
  const members = (await describeGroup())?.members.map(({ memberId }) => memberId) ?? []
  assert.ok(members.includes(dead.memberId))
  assert.deepEqual(
    members.filter((id) => id.startsWith(group)),
    [],
  )

  const stopping = new AbortController()
  const starting = startWorker(waiting, { ...stack.env, ...env }, logger, { stopSignal: stopping.signal })
  const untilRebalancing = () =>
    eventually(async () => assert.equal((await describeGroup())?.state, 'PreparingRebalance'))
  await untilRebalancing()
  const toldAt = Date.now()
  stopping.abort()
  await (await starting).stop()
  assert.ok(Date.now() - toldAt < 10_000, 'it also leaves before it has joined')
  assert.equal((await describeGroup())?.state, 'PreparingRebalance', 'the group still waits')
})

/** Joins a group by single requests, without ever sending a heartbeat. */
const openJoiner = async (t: TestContext, groupId: string): Promise<() => Promise<{ memberId: string }>> => {
  const cluster = createKafkajsCluster(stack.kafka)
  await cluster.connect()
  // The broker answers the last join only after a session of 30 s, and the disconnect waits for that answer.
  t.after(() => cluster.disconnect())
  const coordinator = (await cluster.findGroupCoordinator({ groupId })) as unknown as {
    joinGroup(request: object): Promise<{ memberId: string }>
  }
  return () =>
    coordinator.joinGroup({
      groupId,
      sessionTimeout: 30_000,
      rebalanceTimeout: 60_000,
      groupProtocols: [{ name: 'gitlab-bridge-co-partition', metadata: Buffer.alloc(0) }],
    })
}

test('end markers and aborted records of transactions do not count as records that wait', async (t) => {
  const worker = await startWorkerInProcess(stack, transactional, {
    CONSUMER_STALL_SECONDS: '1',
    CONSUMER_TIMEOUT_SECONDS: '0.5',
  })
  t.after(worker.stop)
  const topic = stack.names.topic('push')
  const value = (await messagesOn(stack, topic))[0]?.value
  const producer = stack.kafka.producer({
    transactionalId: stack.names.group('transactional'),
    idempotent: true,
    maxInFlightRequests: 1,
  })
  await producer.connect()
  t.after(() => producer.disconnect())
  for (const [partition, end] of [
    [0, 'commit'],
    [1, 'abort'],
  ] as const) {
    // The first transaction of a broker creates the topic of its coordinator.
    const transaction = await eventually(() => producer.transaction())
    await transaction.send({ topic, messages: [{ key: '1', value: value ?? '', partition }], acks: -1 })
    await transaction[end]()
  }
  await untilCount(committed, 4)
  // The silence is the promise: for three stall times nothing moves, and nothing may be taken for a stall.
  await sleep(3000)
  assert.deepEqual(
    [worker.failedWith(), await worker.metric('consumer_rebuilds_total'), committed.length],
    [undefined, 0, 4],
  )
})

test('one process gets the events of a project on two topics, also after joins and leaves', async (t) => {
  const folder = await stack.temporaryFolder()
  const running = new Map<string, NodeProcess>()
  t.after(() => Promise.all([...running.values()].map((process) => process.stop(10_000))))
  const start = async (name: string) => {
    running.set(
      name,
      await startWorkerProcess('paired', join(folder, name), {
        ...stack.env,
        TEST_WORKER_EVENTS: paired.events.join(','),
      }),
    )
  }
  const stop = async (name: string) => {
    await running.get(name)?.stop(10_000)
    running.delete(name)
  }
  const membersAreAll = async () => {
    const admin = stack.kafka.admin()
    await admin.connect()
    const { groups } = await admin
      .describeGroups([stack.names.group('paired')])
      .finally(() => admin.disconnect())
    assert.deepEqual(
      groups.map(({ state, protocol, members }) => [state, protocol, members.length]),
      [['Stable', 'gitlab-bridge-co-partition', running.size]],
    )
  }
  /** Project → the processes that handled its events of this round. */
  const homesOf = (round: string) => {
    const homes = new Map<number, Set<string>>()
    for (const name of readdirSync(folder))
      for (const { id, project } of effectsIn(join(folder, name)))
        if (id.startsWith(`${round}-`)) homes.set(project, (homes.get(project) ?? new Set()).add(name))
    return homes
  }
  const effectsOf = (round: string) =>
    readdirSync(folder).flatMap((name) =>
      effectsIn(join(folder, name)).filter(({ id }) => id.startsWith(`${round}-`)),
    )

  const play = async (round: string) => {
    await eventually(membersAreAll)
    const ids = [
      ...(await publishPushes(stack, 120, { prefix: `${round}-push`, projects: 12 })),
      ...(await publishPushes(stack, 120, { prefix: `${round}-tag`, projects: 12, event: 'tag_push' })),
    ]
    await eventually(() => assert.deepEqual(sorted(effectsOf(round).map(({ id }) => id)), sorted(ids)))
    const homes = homesOf(round)
    assert.equal(homes.size, 12)
    for (const [project, names] of homes)
      assert.equal(names.size, 1, `project ${project} of ${round}: ${[...names]}`)
    assert.equal(
      new Set([...homes.values()].flatMap((names) => [...names])).size,
      running.size,
      'every process has its share',
    )
  }
  await start('one')
  await start('two')
  await play('first')
  await start('three')
  await play('second')
  await stop('one')
  await play('third')
})
