import assert from 'node:assert/strict'
import { test } from 'node:test'
import { collectBytes } from '../../../../ingress/http/collect-bytes.ts'

test('bytes come back in order, however many chunks they came in', () => {
  for (const [count, size] of [
    [0, 0],
    [1, 10],
    [3, 7],
    [1000, 1],
    [2503, 3],
  ] as const) {
    const collected = collectBytes()
    const bytes = Buffer.from(Array.from({ length: count * size }, (_, index) => index % 251))
    for (let at = 0; at < bytes.length; at += size) collected.add(bytes.subarray(at, at + size))
    assert.equal(collected.bytes(), bytes.length)
    assert.deepEqual(collected.all(), bytes)
  }
})

test('a body of one chunk is not copied', () => {
  const collected = collectBytes()
  const chunk = Buffer.from('{}')
  collected.add(chunk)
  assert.equal(collected.all(), chunk)
})
