import assert from 'node:assert/strict'
import { test } from 'node:test'
import kafkajs, { type EachBatchPayload, type OffsetsByTopicPartition } from 'kafkajs'
import { createBreaker } from '../../../../../consumers/runtime/batch/breaker.ts'
import { createEachBatch } from '../../../../../consumers/runtime/batch/each-batch.ts'
import { chain, type Handle } from '../../../../../consumers/runtime/middleware/chain.ts'
import { deadLetter } from '../../../../../consumers/runtime/middleware/dead-letter.ts'
import { keepAlive } from '../../../../../consumers/runtime/middleware/keep-alive.ts'
import { retry } from '../../../../../consumers/runtime/middleware/retry.ts'
import { skipRepeats } from '../../../../../consumers/runtime/middleware/skip-repeats.ts'
import { createPositions } from '../../../../../consumers/runtime/positions/positions.ts'
import { RetriableError } from '../../../../../lib/errors.ts'
import type { Offsets } from '../../../../../lib/kafka/offsets.ts'

const topic = 'push'
const attempts = 2

const hung = Promise.withResolvers<never>()
test.after(() => hung.reject(new Error('the tests are over')))

/** What the group has committed. Each process that is started continues with it. */
interface Group {
  committed: Map<number, { offset: number; metadata: string }>
  isRebalancing: boolean
  deadLetters: string[]
}

const openGroup = (metadata = ''): Group => ({
  committed: new Map([0, 1].map((partition) => [partition, { offset: 7, metadata }])),
  isRebalancing: false,
  deadLetters: [],
})

const offsetsOf = ({ committed }: Group): Offsets => ({
  ends: async () =>
    [...committed.keys()].map((partition) => ({ topic, partition, low: 0, high: 20, leader: 1 })),
  committed: async () => [...committed].map(([partition, commit]) => ({ topic, partition, ...commit })),
  at: async () => [],
  commit: async () => undefined,
  existing: async (topics) => [...topics],
  topicIds: async () => new Map(),
  clusterId: async () => '',
  reach: async () => undefined,
  members: async () => ({ count: 1, everJoined: true }),
  close: async () => undefined,
})

/**
 * A process that has joined the group. It has the middlewares of a worker, except those that need servers.
 */
const start = async (group: Group, handle: Handle, remember?: () => Promise<void>) => {
  const stopping = new AbortController()
  const positions = createPositions(offsetsOf(group), 'the-group', 'the-worker')
  await positions.load({ [topic]: [...group.committed.keys()] }, () => {})
  const handled = { has: () => false, remember: async () => remember?.(), close: async () => {} }
  const now = () => 0
  const ignore = () => {}
  const eachBatch = createEachBatch({
    handle: chain(
      [
        skipRepeats(handled, () => 'push'),
        deadLetter(async ({ partition, offset }) => void group.deadLetters.push(`${partition}/${offset}`)),
        retry(attempts, now, ignore),
        keepAlive(1),
      ],
      handle,
    ),
    batchSize: 1,
    breaker: createBreaker({ pause: ignore, resume: ignore, onChange: ignore, waitMs: () => 60_000 }),
    positions,
    passed: { count: 0 },
    inProgress: new Set(),
    stopping: stopping.signal,
    signal: stopping.signal,
    onGap: (error) => assert.fail(error),
  })
  /** What the client would commit automatically. */
  const resolved = new Map([...group.committed].map(([partition, { offset }]) => [partition, offset]))
  const uncommittedOffsets = (): OffsetsByTopicPartition => {
    const changed = [...resolved].filter(
      ([partition, offset]) => group.committed.get(partition)?.offset !== offset,
    )
    const partitions = changed.map(([partition, offset]) => ({ partition, offset: String(offset) }))
    return { topics: partitions.length === 0 ? [] : [{ topic, partitions }] }
  }
  const commit = ({ topics }: OffsetsByTopicPartition) => {
    for (const { partition, offset, ...more } of topics.flatMap(({ partitions }) => partitions))
      group.committed.set(partition, {
        offset: Number(offset),
        metadata: 'metadata' in more ? String(more.metadata) : '',
      })
  }
  const handBatch = (partition: number, ...offsets: number[]) =>
    handBatchUpTo(Number(offsets.at(-1)), partition, ...offsets)
  /** @param lastOffset may be behind the last message, where a transaction ends */
  const handBatchUpTo = (lastOffset: number, partition: number, ...offsets: number[]) => {
    const messages = offsets.map((offset) => ({
      offset: String(offset),
      key: null,
      value: null,
      timestamp: '0',
      attributes: 0,
    }))
    const payload = {
      batch: { topic, partition, messages, lastOffset: () => String(lastOffset) },
      resolveOffset: (offset: string) => resolved.set(partition, Number(offset) + 1),
      heartbeat: async () => {
        if (group.isRebalancing)
          throw new kafkajs.KafkaJSError('The group is rebalancing, so a rejoin is needed')
      },
      commitOffsetsIfNecessary: async (chosen?: OffsetsByTopicPartition) => chosen && commit(chosen),
      uncommittedOffsets,
      isRunning: () => true,
      isStale: () => false,
    }
    return eachBatch(payload as unknown as EachBatchPayload)
  }
  return {
    handBatch,
    handBatchUpTo,
    positions,
    stop: () => stopping.abort(),
    autoCommit: () => commit(uncommittedOffsets()),
  }
}

test('an attempt that a rebalance ends does not count as failed, however often this happens', async () => {
  const group = openGroup()
  for (let round = 0; round < 3 * attempts; round++) {
    group.isRebalancing = false
    const process = await start(group, async () => {
      group.isRebalancing = true
      await new Promise((resolve) => setTimeout(resolve, 10))
      throw new RetriableError('down')
    })
    await assert.rejects(process.handBatch(0, 7), /rebalancing/)
  }
  assert.deepEqual([group.deadLetters, group.committed.get(0)?.metadata], [[], 'failed attempts: 0'])
})

test('an attempt does not count as failed when the handled delivery cannot be remembered', async () => {
  const group = openGroup()
  for (let process = 0; process < 3 * attempts; process++) {
    const { handBatch } = await start(
      group,
      async () => ['processed'],
      () => Promise.reject(new Error('the disk is full')),
    )
    await handBatch(0, 7)
  }
  assert.deepEqual([group.deadLetters, group.committed.get(0)?.metadata], [[], 'failed attempts: 0'])
})

test('an attempt that the stop of the worker ends does not count as failed', async () => {
  const group = openGroup('failed attempts: 1, begun: 1')
  const process = await start(group, async () => {
    process.stop()
    throw new Error('aborted')
  })
  await process.handBatch(0, 7)
  assert.deepEqual([group.deadLetters, group.committed.get(0)?.metadata], [[], 'failed attempts: 1'])
})

test('a message that ends every process becomes a dead letter after some processes', async () => {
  const group = openGroup()
  for (let process = 0; process < 3 * attempts && group.deadLetters.length === 0; process++) {
    const { handBatch } = await start(group, () => hung.promise)
    await Promise.race([handBatch(0, 7), new Promise((resolve) => setTimeout(resolve, 10))])
  }
  assert.deepEqual(group.deadLetters, ['0/7'])
})

test('a commit for a suspect partition includes the offsets of the other partitions', async () => {
  const group = openGroup()
  const handled: string[] = []
  group.committed.set(0, { offset: 7, metadata: 'failed attempts: 0, begun: 1' })
  const { handBatch } = await start(group, async (messages) => {
    for (const { partition, offset } of messages) handled.push(`${partition}/${offset}`)
    return messages.map(() => 'processed')
  })
  await handBatch(1, 7, 8)
  await handBatch(0, 7)
  assert.deepEqual(handled, ['1/7', '1/8', '0/7'])
  assert.deepEqual(group.committed.get(1), { offset: 9, metadata: '' })
})

test('the first call of a partition leaves the mark of another partition in place', async () => {
  const group = openGroup()
  const { handBatch } = await start(group, async ([message]) =>
    message?.offset === '8' ? await hung.promise : ['processed'],
  )
  void handBatch(0, 7, 8)
  await new Promise((resolve) => setTimeout(resolve, 10))
  await handBatch(1, 7)
  assert.deepEqual(group.committed.get(0), { offset: 7, metadata: 'failed attempts: 0, begun: 1' })
})

test('the count of a message behind a hole is not overwritten by the next commit of the client', async () => {
  const group = openGroup()
  const process = await start(group, () => hung.promise)
  void process.handBatch(0, 9)
  await new Promise((resolve) => setTimeout(resolve, 10))
  process.autoCommit()
  assert.deepEqual(group.committed.get(0), { offset: 9, metadata: 'failed attempts: 0, begun: 1' })
})

test('no further suspect partition begins an attempt while the group waits for this member', async () => {
  const group = openGroup('failed attempts: 0, begun: 1')
  const begun: number[] = []
  const { handBatch } = await start(group, async ([message]) => {
    begun.push(message?.partition ?? -1)
    group.isRebalancing = true
    await new Promise((resolve) => setTimeout(resolve, 10))
    throw new Error('slow')
  })
  const ends = await Promise.allSettled([handBatch(0, 7), handBatch(1, 7)])
  assert.deepEqual([begun, ends.map(({ status }) => status)], [[0], ['rejected', 'rejected']])
})

test('the position moves behind the end of a transaction that follows the last message', async () => {
  const { handBatchUpTo, positions } = await start(openGroup(), async () => ['processed'])
  await handBatchUpTo(9, 0, 7, 8)
  assert.equal(positions.current().get('push/0')?.next, 10)
})
