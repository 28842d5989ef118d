import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import {
  createGroupMember,
  type GroupMemberOptions,
} from '../../../../../consumers/runtime/group/group-member.ts'
import { waitUntil } from '../../../../helpers/process/wait-until.ts'

interface FakeClient {
  emit(event: string, payload: object): void
  /** Whether kafkajs may restart the client after a crash. */
  retry: { restartOnFailure(error: Error): Promise<boolean> }
}

/** Kafka clients that join as soon as they run, and whose events the test emits. */
const fakeKafka = (connect: () => Promise<void> = async () => {}) => {
  const clients: FakeClient[] = []
  const join = { memberId: 'id', memberAssignment: { push: [clients.length] } }
  const consumer = ({ retry }: { retry: FakeClient['retry'] }) => {
    const listeners: [string, (event: { payload: object }) => void][] = []
    const emit = (event: string, payload: object) => {
      for (const [name, listener] of listeners) if (name === event) listener({ payload })
    }
    clients.push({ emit, retry })
    const names = ['GROUP_JOIN', 'HEARTBEAT', 'FETCH', 'FETCH_START', 'END_BATCH_PROCESS', 'CRASH']
    return {
      events: Object.fromEntries(names.map((name) => [name, name])),
      on: (name: string, listener: (event: { payload: object }) => void) =>
        void listeners.push([name, listener]),
      connect,
      subscribe: async () => {},
      run: async () => emit('GROUP_JOIN', join),
      disconnect: async () => {},
    }
  }
  return { kafka: { consumer } as unknown as Kafka, clients, join }
}

const memberOf = (kafka: Kafka, events: string[] = [], given: Partial<GroupMemberOptions> = {}) =>
  createGroupMember({
    kafka,
    group: 'the-group',
    topics: async () => ['push'],
    eachBatch: async () => {},
    fetchSizes: { maxBytes: 1000, maxBytesPerPartition: 1000 },
    concurrency: 1,
    sessionSeconds: 6,
    attemptSeconds: 1,
    isHandling: () => false,
    onNoMessages: (_, next) => void events.push(`no messages before ${next}`),
    onJoin: async () => void events.push('join'),
    fail: assert.fail,
    retryMs: 1,
    ...given,
  })

test('a client that has ended does not restart itself: nobody would stop it', async () => {
  const { kafka, clients } = fakeKafka()
  const member = memberOf(kafka)
  await member.start()
  const mayRestart = () =>
    Promise.all(clients.map(({ retry }) => retry.restartOnFailure(new Error('the join failed'))))
  assert.deepEqual(await mayRestart(), [true])
  await member.replaceClient()
  assert.deepEqual(await mayRestart(), [false, true])
  await member.stop()
  assert.deepEqual(await mayRestart(), [false, false])
})

test('brokers that are away before the start make no client; the member joins once it starts', async (t) => {
  const { kafka, clients } = fakeKafka()
  const member = memberOf(kafka)
  t.after(() => member.stop())
  await member.replaceClient()
  assert.equal(clients.length, 0)
  await member.start()
  assert.equal(clients.length, 1)
  assert.equal(member.hasJoined(), true)
})

test('a start ends when its client is replaced before it has joined', async (t) => {
  let connects = 0
  const { kafka } = fakeKafka(async () => {
    connects += 1
    if (connects === 1) await new Promise(() => undefined)
  })
  const member = memberOf(kafka)
  t.after(() => member.stop())
  const started = member.start()
  await waitUntil(() => connects === 1)
  await member.replaceClient()
  await started
  assert.equal(member.hasJoined(), true)
})

test('events of a client that was replaced are ignored', async () => {
  const { kafka, clients, join } = fakeKafka()
  const events: string[] = []
  const member = memberOf(kafka, events)
  await member.start()
  await member.replaceClient()
  const noMessages = (lastOffset: string) => ({ topic: 'push', partition: 0, batchSize: 0, lastOffset })
  const [old, current] = clients
  old?.emit('GROUP_JOIN', join)
  old?.emit('END_BATCH_PROCESS', noMessages('3'))
  current?.emit('END_BATCH_PROCESS', noMessages('5'))
  assert.deepEqual(events, ['join', 'join', 'no messages before 6'])
})

test('a new client that cannot connect is started again until it can', async (t) => {
  let isAway = false
  let connects = 0
  const { kafka, clients } = fakeKafka(async () => {
    connects += 1
    if (isAway) throw new Error('connection refused')
  })
  const events: string[] = []
  const member = memberOf(kafka, events)
  t.after(() => member.stop())
  await member.start()
  isAway = true
  await assert.rejects(member.replaceClient(), { message: 'connection refused' })
  await waitUntil(() => connects >= 4)
  assert.deepEqual(events, ['join'])
  isAway = false
  await waitUntil(() => events.length === 2)
  const attempts = clients.length
  await member.replaceClient()
  assert.deepEqual([events.length, clients.length], [3, attempts + 1], 'no second client was started')
})

test('a client whose topics cannot be read is started later, and not while a call runs', async (t) => {
  const { kafka } = fakeKafka()
  const events: string[] = []
  let reads = 0
  let isAway = false
  let isHandling = false
  const member = memberOf(kafka, events, {
    isHandling: () => isHandling,
    topics: async () => {
      reads += 1
      if (isAway) throw new Error('no broker answers')
      return ['push']
    },
  })
  t.after(() => member.stop())
  await member.start()
  isAway = true
  await assert.rejects(member.replaceClient(), { message: 'no broker answers' })
  isHandling = true
  isAway = false
  const before = reads
  await sleep(20)
  assert.ok(reads <= before + 1, 'at most the attempt that was running')
  isHandling = false
  await waitUntil(() => events.length === 2)
})

test('a worker that stops does not start another client', async () => {
  const { kafka, clients } = fakeKafka()
  let isAway = false
  const member = memberOf(kafka, [], {
    topics: async () => {
      if (isAway) throw new Error('no broker answers')
      return ['push']
    },
  })
  await member.start()
  isAway = true
  await assert.rejects(member.replaceClient())
  await member.stop()
  isAway = false
  await sleep(20)
  assert.equal(clients.length, 1)
})
