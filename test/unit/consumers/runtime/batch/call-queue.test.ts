import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from 'kafkajs'
import { type CallQueue, createCallQueue } from '../../../../../consumers/runtime/batch/call-queue.ts'

const batchOf = (...offsets: number[]): Batch =>
  ({
    topic: 'push',
    partition: 3,
    messages: offsets.map((offset) => ({
      offset: String(offset),
      timestamp: '0',
      key: null,
      value: null,
      attributes: 0,
    })),
  }) as unknown as Batch

const offsetsOf = (queue: CallQueue): string[][] => {
  const calls: string[][] = []
  for (let call = queue.next(); call !== undefined; call = queue.next())
    calls.push(call.map(({ offset }) => offset))
  return calls
}

test('the messages of a batch are divided into calls of at most the given size, in order', () => {
  assert.deepEqual(offsetsOf(createCallQueue(batchOf(1, 2, 3, 4, 5), 2)), [['1', '2'], ['3', '4'], ['5']])
  assert.deepEqual(offsetsOf(createCallQueue(batchOf(), 2)), [])
})

test('a message of a call says where it lies', () => {
  const [message] = createCallQueue(batchOf(1), 2).next() ?? []
  assert.partialDeepStrictEqual(message, { topic: 'push', partition: 3, offset: '1', headers: {} })
})

test('messages that were not handled come again before all others', () => {
  const queue = createCallQueue(batchOf(1, 2, 3, 4), 3)
  const call = queue.next() ?? []
  queue.putBack(call.slice(1))
  assert.deepEqual(offsetsOf(queue), [['2', '3'], ['4']])
})

test('nothing comes again when all messages of a call were handled', () => {
  const queue = createCallQueue(batchOf(1, 2, 3), 2)
  queue.next()
  queue.putBack([])
  assert.deepEqual(offsetsOf(queue), [['3']])
})

test('messages that failed together come again one by one', () => {
  const queue = createCallQueue(batchOf(1, 2, 3, 4), 3)
  queue.putBackSingly(queue.next() ?? [])
  assert.deepEqual(offsetsOf(queue), [['1'], ['2'], ['3'], ['4']])
})
