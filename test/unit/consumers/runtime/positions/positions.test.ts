import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptsMetadata } from '../../../../../consumers/runtime/positions/attempts.ts'
import { createPositions } from '../../../../../consumers/runtime/positions/positions.ts'
import type { Offsets } from '../../../../../lib/kafka/offsets.ts'

const place = { topic: 'push', partition: 0 }

interface BrokerOffsets {
  low: number
  high: number
  committed: number | undefined
  metadata?: string
  isOutOfRange?: true
  /** The committed offset of another partition. */
  other?: number
}

/** The offsets of one partition as the brokers would answer. */
const offsetsOf = (brokers: BrokerOffsets): Offsets => ({
  ends: async () => [{ ...place, low: brokers.low, high: brokers.high, leader: 1 }],
  committed: async () => [
    {
      ...place,
      offset: brokers.committed,
      metadata: brokers.metadata ?? '',
      ...(brokers.isOutOfRange && { isOutOfRange: true }),
    },
    ...(brokers.other === undefined ? [] : [{ ...place, partition: 1, offset: brokers.other, metadata: '' }]),
  ],
  at: async () => [],
  commit: async () => undefined,
  existing: async (topics) => [...topics],
  topicIds: async () => new Map(),
  clusterId: async () => '',
  reach: async () => undefined,
  members: async () => ({ count: 1, everJoined: true }),
  close: async () => undefined,
})

const open = (brokers: Parameters<typeof offsetsOf>[0]) =>
  createPositions(offsetsOf(brokers), 'the-group', 'the-worker')

test('a group continues where it was, with the failures that were committed there', async () => {
  const positions = open({ low: 0, high: 10, committed: 7, metadata: attemptsMetadata(3) })
  await positions.load({ push: [0] }, () => {})
  await positions.verify(place, 7)
  assert.deepEqual([positions.failuresAt(place, 7), positions.failuresAt(place, 8)], [3, 0])
  positions.advance(place, 8)
  assert.deepEqual([positions.current().get('push/0')?.next, positions.failuresAt(place, 8)], [8, 0])
})

test('nothing is kept about partitions that went to other members', async () => {
  const positions = open({ low: 0, high: 10, committed: 7 })
  await positions.load({ push: [1] }, () => {})
  positions.advance(place, 8)
  assert.equal(positions.current().size, 0)
})

const gaps: { brokers: BrokerOffsets; sentence: RegExp; remedy?: RegExp }[] = [
  {
    brokers: { low: 0, high: 10, committed: undefined },
    sentence: /the-group has no committed offset at all: its offsets expired/,
    remedy: /bridge offsets set the-worker --to beginning/,
  },
  {
    brokers: { low: 0, high: 10, committed: undefined, other: 5 },
    sentence: /the-group has no committed offset for push\/0, but has others/,
    remedy: /`bridge setup`/,
  },
  {
    brokers: { low: 5, high: 10, committed: undefined, isOutOfRange: true },
    sentence: /the-group was out of range of push\/0, and its old position is lost.* offsets 5 to 10/,
  },
  {
    brokers: { low: 5, high: 10, committed: 3 },
    sentence: /must continue at offset 3 of push\/0, but the oldest record there is 5: 2 were deleted/,
  },
  {
    brokers: { low: 0, high: 10, committed: 12 },
    sentence: /must continue at offset 12 of push\/0, but that ends at 10: the topic was created anew/,
  },
]
for (const {
  brokers,
  sentence,
  remedy = /bridge offsets set the-worker --topic push --to beginning/,
} of gaps) {
  test(`a sentence names the gap and the remedy: ${sentence.source.slice(0, 50)}`, async () => {
    for (const read of [
      () => open(brokers).load({ push: [0] }, () => {}),
      () => open(brokers).check(['push']),
    ]) {
      await assert.rejects(read(), { name: 'GapError', message: sentence })
      await assert.rejects(read(), remedy)
    }
  })
}

test('a partition that is new to the group and empty is begun at its start', async () => {
  const positions = open({ low: 0, high: 0, committed: undefined, other: 5 })
  await positions.check(['push'])
  await positions.load({ push: [0] }, () => {})
  assert.equal(positions.current().get('push/0')?.next, 0)
  for (const brokers of [
    { low: 0, high: 0, committed: undefined },
    { low: 7, high: 7, committed: undefined, other: 5 },
    { low: 0, high: 0, committed: undefined, isOutOfRange: true as const, other: 5 },
  ])
    await assert.rejects(open(brokers).check(['push']), { name: 'GapError' }, JSON.stringify(brokers))
})

test('a hole that compaction or a transaction left is no gap, but deleted records are one', async () => {
  const brokers = { low: 0, high: 100, committed: 7 }
  const positions = open(brokers)
  await positions.load({ push: [0] }, () => {})
  await positions.verify(place, 9)
  assert.equal(positions.current().get('push/0')?.next, 9)
  brokers.low = 50
  await assert.rejects(
    positions.verify(place, 50),
    /must continue at offset 9 of push\/0, but the oldest record there is 50/,
  )
})

test('attempts without an end are suspect, and count as failed from the second one on', async () => {
  for (const [begun, failed] of [
    [0, 0],
    [1, 0],
    [2, 1],
  ] as const) {
    const positions = open({ low: 0, high: 10, committed: 7, metadata: attemptsMetadata(0, begun) })
    await positions.load({ push: [0] }, () => {})
    assert.deepEqual(
      [positions.failuresAt(place, 7), positions.stateOf(place)],
      [failed, begun === 0 ? 'new' : 'suspect'],
    )
  }
})

test('every further process that dies during an attempt counts as a failed attempt', async () => {
  const brokers = { low: 0, high: 10, committed: 7, metadata: '' }
  const counted: number[] = []
  for (let process = 0; process < 4; process++) {
    const positions = open(brokers)
    await positions.load({ push: [0] }, () => {})
    counted.push(positions.failuresAt(place, 7))
    brokers.metadata = positions.begunMetadata(place, 7)
  }
  assert.deepEqual(counted, [0, 0, 1, 2])
})

test('a message whose attempt was too late is suspect, and each further late attempt counts', async () => {
  const brokers = { low: 0, high: 10, committed: 7, metadata: attemptsMetadata(0, 1) }
  const counted: number[] = []
  for (let process = 0; process < 3; process++) {
    const positions = open(brokers)
    await positions.load({ push: [0] }, () => {})
    counted.push(positions.failuresAt(place, 7))
    assert.equal(positions.stateOf(place), 'suspect')
    brokers.metadata = attemptsMetadata(positions.failuresAt(place, 7) + 1)
  }
  assert.deepEqual(counted, [0, 1, 2])
})

test('the attempts at a message do not count for the message behind it', async () => {
  const positions = open({ low: 0, high: 10, committed: 7, metadata: attemptsMetadata(2, 1) })
  await positions.load({ push: [0] }, () => {})
  await positions.verify(place, 8)
  assert.deepEqual(
    [positions.failuresAt(place, 8), positions.begunMetadata(place, 8)],
    [0, attemptsMetadata(0, 1)],
  )
  assert.equal(positions.stateOf(place), 'suspect')
})

test('a step back is a gap only when the client reset its offset', async () => {
  const brokers: BrokerOffsets = { low: 0, high: 100, committed: 7 }
  const positions = open(brokers)
  await positions.load({ push: [0] }, () => {})
  positions.advance(place, 9)
  await positions.verify(place, 8)
  assert.equal(positions.current().get('push/0')?.next, 8)
  positions.advance(place, 9)
  Object.assign(brokers, { committed: undefined, isOutOfRange: true })
  await assert.rejects(positions.verify(place, 0), /the-group was out of range of push\/0/)
})
