import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptsMetadata, createPositions } from '../../../../../consumers/runtime/positions/positions.ts'
import type { Offsets } from '../../../../../lib/kafka/offsets.ts'

const place = { topic: 'push', partition: 0 }

interface Told {
  low: number
  high: number
  committed: number | undefined
  metadata?: string
  isOutOfRange?: true
  /** Of another partition. */
  other?: number
}

/** Offsets of one partition, as the brokers would tell them. */
const offsetsOf = (told: Told): Offsets => ({
  ends: async () => [{ ...place, low: told.low, high: told.high, leader: 1 }],
  committed: async () => [
    {
      ...place,
      offset: told.committed,
      metadata: told.metadata ?? '',
      ...(told.isOutOfRange && { isOutOfRange: true }),
    },
    ...(told.other === undefined ? [] : [{ ...place, partition: 1, offset: told.other, metadata: '' }]),
  ],
  at: async () => [],
  commit: async () => undefined,
  members: async () => 1,
  close: async () => undefined,
})

const open = (told: Parameters<typeof offsetsOf>[0]) =>
  createPositions(offsetsOf(told), 'the-group', 'the-worker')

test('a group goes on where it was, with the failures it had there', async () => {
  const positions = open({ low: 0, high: 10, committed: 7, metadata: attemptsMetadata(3) })
  await positions.load({ push: [0] })
  await positions.verify(place, 7)
  assert.deepEqual([positions.failuresAt(place, 7), positions.failuresAt(place, 8)], [3, 0])
  positions.advance(place, 8)
  assert.deepEqual([positions.current().get('push/0')?.next, positions.failuresAt(place, 8)], [8, 0])
})

test('of partitions that went to others nothing is kept', async () => {
  const positions = open({ low: 0, high: 10, committed: 7 })
  await positions.load({ push: [1] })
  positions.advance(place, 8)
  assert.equal(positions.current().size, 0)
})

const gaps: { told: Told; sentence: RegExp; remedy?: RegExp }[] = [
  {
    told: { low: 0, high: 10, committed: undefined },
    sentence: /the-group has no committed offset at all: they expired/,
    remedy: /bridge offsets set the-worker --to beginning/,
  },
  {
    told: { low: 0, high: 10, committed: undefined, other: 5 },
    sentence: /the-group has no committed offset for push\/0, but has others/,
    remedy: /`bridge setup`/,
  },
  {
    told: { low: 5, high: 10, committed: undefined, isOutOfRange: true },
    sentence: /the-group was out of range of push\/0, and where it stood is lost.* offsets 5 to 10/,
  },
  {
    told: { low: 5, high: 10, committed: 3 },
    sentence: /go on at offset 3 of push\/0, but the oldest record there is 5: 2 were deleted/,
  },
  {
    told: { low: 0, high: 10, committed: 12 },
    sentence: /go on at offset 12 of push\/0, but that ends at 10: the topic was made anew/,
  },
]
for (const { told, sentence, remedy = /bridge offsets set the-worker --topic push --to beginning/ } of gaps) {
  test(`a gap is told with the command that mends it: ${sentence.source.slice(0, 50)}`, async () => {
    for (const read of [() => open(told).load({ push: [0] }), () => open(told).check(['push'])]) {
      await assert.rejects(read(), { name: 'GapError', message: sentence })
      await assert.rejects(read(), remedy)
    }
  })
}

test('a hole that the cleaner or a transaction left is no gap; records deleted in between are', async () => {
  const told = { low: 0, high: 100, committed: 7 }
  const positions = open(told)
  await positions.load({ push: [0] })
  await positions.verify(place, 9)
  assert.equal(positions.current().get('push/0')?.next, 9)
  told.low = 50
  await assert.rejects(
    positions.verify(place, 50),
    /go on at offset 9 of push\/0, but the oldest record there is 50/,
  )
})

test('an attempt that did not come back is suspect; the first may have been stopped from outside, from the second on they count', async () => {
  for (const [begun, failed] of [
    [0, 0],
    [1, 0],
    [2, 1],
  ] as const) {
    const positions = open({ low: 0, high: 10, committed: 7, metadata: attemptsMetadata(0, begun) })
    await positions.load({ push: [0] })
    assert.deepEqual(
      [positions.failuresAt(place, 7), positions.standing(place)],
      [failed, begun === 0 ? 'new' : 'suspect'],
    )
  }
})

test('process after process that does not come back brings the message nearer to its last attempt', async () => {
  const told = { low: 0, high: 10, committed: 7, metadata: '' }
  const counted: number[] = []
  for (let process = 0; process < 4; process++) {
    const positions = open(told)
    await positions.load({ push: [0] })
    counted.push(positions.failuresAt(place, 7))
    told.metadata = positions.begunMetadata(place, 7)
  }
  assert.deepEqual(counted, [0, 0, 1, 2])
})

test('a record whose attempts were too late is suspect from the second process on: each that hangs after the first counts', async () => {
  const told = { low: 0, high: 10, committed: 7, metadata: attemptsMetadata(0, 1) }
  const counted: number[] = []
  for (let process = 0; process < 3; process++) {
    const positions = open(told)
    await positions.load({ push: [0] })
    counted.push(positions.failuresAt(place, 7))
    assert.equal(positions.standing(place), 'suspect')
    told.metadata = attemptsMetadata(positions.failuresAt(place, 7) + 1)
  }
  assert.deepEqual(counted, [0, 1, 2])
})

test('what is known of a message is not taken for the one behind it', async () => {
  const positions = open({ low: 0, high: 10, committed: 7, metadata: attemptsMetadata(2, 1) })
  await positions.load({ push: [0] })
  await positions.verify(place, 8)
  assert.deepEqual(
    [positions.failuresAt(place, 8), positions.begunMetadata(place, 8)],
    [0, attemptsMetadata(0, 1)],
  )
  assert.equal(positions.standing(place), 'suspect')
})

test('a step back is a gap where the client has set the offset itself, and else the late answer of a moved leader', async () => {
  const told: Told = { low: 0, high: 100, committed: 7 }
  const positions = open(told)
  await positions.load({ push: [0] })
  positions.advance(place, 9)
  await positions.verify(place, 8)
  assert.equal(positions.current().get('push/0')?.next, 8)
  positions.advance(place, 9)
  Object.assign(told, { committed: undefined, isOutOfRange: true })
  await assert.rejects(positions.verify(place, 0), /the-group was out of range of push\/0/)
})
