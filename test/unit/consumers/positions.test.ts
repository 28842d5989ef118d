import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPositions, failuresMetadata } from '../../../consumers/positions.ts'
import type { Offsets } from '../../../lib/offsets.ts'

const place = { topic: 'push', partition: 0 }

/** Offsets of one partition, as the brokers would tell them. */
const offsetsOf = (told: { low: number; high: number; committed: number | undefined; metadata?: string }): Offsets => ({
  ends: async () => [{ ...place, low: told.low, high: told.high }],
  committed: async () => [{ ...place, offset: told.committed, metadata: told.metadata ?? '' }],
  at: async () => [],
  commit: async () => undefined,
  members: async () => 1,
  close: async () => undefined,
})

const open = (told: Parameters<typeof offsetsOf>[0]) => createPositions(offsetsOf(told), 'the-group', 'the-worker')

test('a group goes on where it was, with the failures it had there', async () => {
  const positions = open({ low: 0, high: 10, committed: 7, metadata: failuresMetadata(3) })
  await positions.load({ push: [0] })
  await positions.verify(place, 7)
  assert.deepEqual([positions.failuresAt(place, 7), positions.failuresAt(place, 8)], [3, 0])
  positions.advance(place, 8)
  assert.deepEqual([positions.current().get('push/0'), positions.failuresAt(place, 8)], [8, 0])
})

test('of partitions that went to others nothing is kept', async () => {
  const positions = open({ low: 0, high: 10, committed: 7 })
  await positions.load({ push: [1] })
  assert.equal(positions.current().size, 0)
})

const gaps = [
  {
    told: { low: 0, high: 10, committed: undefined },
    sentence: /the-group has no committed offset for push\/0: it expired.* offsets 0 to 10/,
  },
  { told: { low: 5, high: 10, committed: 3 }, sentence: /go on at offset 3 of push\/0, but the oldest record there is 5: 2 were deleted/ },
  { told: { low: 0, high: 10, committed: 12 }, sentence: /go on at offset 12 of push\/0, but that ends at 10: the topic was made anew/ },
]
for (const { told, sentence } of gaps) {
  test(`a gap is told with the command that mends it: ${sentence.source.slice(0, 50)}`, async () => {
    for (const read of [() => open(told).load({ push: [0] }), () => open(told).check(['push'])]) {
      await assert.rejects(read(), { name: 'GapError', message: sentence })
      await assert.rejects(read(), /bridge offsets set the-worker --topic push --to beginning/)
    }
  })
}

test('a hole that the cleaner or a transaction left is no gap; records deleted in between are', async () => {
  const told = { low: 0, high: 100, committed: 7 }
  const positions = open(told)
  await positions.load({ push: [0] })
  await positions.verify(place, 9)
  assert.equal(positions.current().get('push/0'), 9)
  told.low = 50
  await assert.rejects(positions.verify(place, 50), /go on at offset 9 of push\/0, but the oldest record there is 50/)
})
