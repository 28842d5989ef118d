import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { FeedItem } from '../../../../consumers/event-feed/log/item.ts'
import { createRecentItems } from '../../../../consumers/event-feed/log/recent-items.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const itemOf = (offset: number, size: number): FeedItem => ({
  ...{ index: 0, offset, timestamp: 0, event: 'push', facets: undefined, size },
  linesOf: () => Buffer.alloc(0),
})

test('items that one large item pushes out do not stay in memory', async () => {
  const recent = createRecentItems(new Float64Array(1), 1000)
  const small = Array.from({ length: 10 }, (_, offset) => {
    const item = itemOf(offset, 100)
    recent.push(item)
    return new WeakRef(item)
  })
  recent.push(itemOf(10, 1000))
  // A WeakRef keeps its item until the running task ends.
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  assert.deepEqual([recent.tail(), recent.head(), recent.from[0]], [10, 11, 10])
  assert.equal(small.filter((reference) => reference.deref() !== undefined).length, 0)
})
