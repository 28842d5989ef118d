import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutBatch, type Sized } from '../../../../ingress/publish/cut-batch.ts'

const message = (
  partition: number,
  bytes: number,
  topic = 'gitlab.push',
  maxBytesTogether = 1000,
): Sized => ({
  topic,
  partition,
  bytes,
  maxBytesTogether,
})
const queues = fc.array(
  fc.record({
    topic: fc.constantFrom('gitlab.push', 'gitlab.job'),
    partition: fc.nat(2),
    bytes: fc.integer({ min: 1, max: 150 }),
    maxBytesTogether: fc.constant(200),
  }),
  { maxLength: 40 },
)
const allLimits = fc.record({
  records: fc.integer({ min: 1, max: 12 }),
  bytes: fc.integer({ min: 1, max: 600 }),
})
const partitionOf = ({ topic, partition }: Sized) => `${topic}/${partition}`
const sum = (messages: readonly Sized[]) => messages.reduce((total, { bytes }) => total + bytes, 0)

test('no message is lost and none is doubled', () => {
  fc.assert(
    fc.property(queues, allLimits, (queue, limits) => {
      const { batch, rest } = cutBatch(queue, limits)
      assert.deepEqual(new Set([...batch, ...rest]), new Set(queue))
      assert.equal(batch.length + rest.length, queue.length)
    }),
  )
})

test('cutting until the queue is empty keeps the order of each partition, and always ends', () => {
  fc.assert(
    fc.property(queues, allLimits, (queue, limits) => {
      const sent: Sized[] = []
      let left: Sized[] = queue
      while (left.length > 0) {
        const { batch, rest } = cutBatch(left, limits)
        assert.ok(batch.length > 0)
        sent.push(...batch)
        left = rest
      }
      assert.deepEqual(Map.groupBy(sent, partitionOf), Map.groupBy(queue, partitionOf))
      assert.ok(sent.length === queue.length)
      for (const [partition, messages] of Map.groupBy(queue, partitionOf))
        assert.ok(
          messages.every(
            (each, index) => sent.filter((other) => partitionOf(other) === partition)[index] === each,
          ),
        )
    }),
  )
})

test('a batch of more than one message keeps every limit', () => {
  fc.assert(
    fc.property(queues, allLimits, (queue, limits) => {
      const { batch } = cutBatch(queue, limits)
      assert.ok(batch.length <= limits.records)
      if (batch.length < 2) return
      assert.ok(sum(batch) <= limits.bytes)
      for (const messages of Map.groupBy(batch, partitionOf).values()) assert.ok(sum(messages) <= 200)
    }),
  )
})

test('a message that is larger than every limit is sent alone', () => {
  const [large, small] = [message(0, 5000), message(1, 1)]
  assert.deepEqual(cutBatch([large, small], { records: 10, bytes: 100 }), { batch: [large], rest: [small] })
})

test('messages overtake a full partition, but messages of that partition do not', () => {
  const queue = [message(0, 600), message(0, 600), message(1, 600), message(0, 1)]
  assert.deepEqual(cutBatch(queue, { records: 10, bytes: 10_000 }), {
    batch: [queue[0], queue[2]],
    rest: [queue[1], queue[3]],
  })
})

test('topics with the same partition number have separate limits', () => {
  const queue = [
    message(0, 100, 'a', 150),
    message(0, 100, 'b', 150),
    message(0, 100, 'a', 150),
    message(0, 100, 'c', 1000),
  ]
  assert.deepEqual(cutBatch(queue, { records: 10, bytes: 10_000 }).rest, [queue[2]])
})

test('an empty queue gives an empty batch', () => {
  assert.deepEqual(cutBatch([], { records: 1, bytes: 1 }), { batch: [], rest: [] })
})
