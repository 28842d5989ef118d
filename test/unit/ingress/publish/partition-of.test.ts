import assert from 'node:assert/strict'
import { test } from 'node:test'
import { partitionOf } from '../../../../ingress/publish/partition-of.ts'

const messageWith = (key: string) => ({
  topic: 'gitlab.push',
  key,
  value: Buffer.alloc(0),
  headers: {},
  timestamp: '0',
})

/** Murmur2 as the Java client of Kafka computes it, written independently of the code under test. */
const murmur2 = (data: Buffer): number => {
  const m = 0x5bd1e995
  let h = (0x9747b28c ^ data.length) | 0
  const words = data.length >> 2
  for (let i = 0; i < words; i++) {
    let k = Math.imul(data.readInt32LE(4 * i), m)
    k = Math.imul(k ^ (k >>> 24), m)
    h = Math.imul(h, m) ^ k
  }
  const tail = data.subarray(4 * words)
  if (tail.length > 0)
    h = Math.imul(
      [...tail].reduceRight((hash, byte, i) => hash ^ (byte << (8 * i)), h),
      m,
    )
  h = Math.imul(h ^ (h >>> 13), m)
  return h ^ (h >>> 15)
}

test('the independent murmur2 gives the results of the test vectors of the Java client', () => {
  // UtilsTest.java of Kafka 4.1: https://github.com/apache/kafka/tree/4.1/clients/src/test
  const vectors: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ]
  for (const [text, hash] of vectors) assert.equal(murmur2(Buffer.from(text)), hash, text)
})

test('a key is in the partition in which every other client expects it', () => {
  for (const key of ['15', '1', '278964', 'group:78', 'user:41', 'key:4', 'instance'])
    for (const partitions of [1, 3, 6, 12])
      assert.equal(
        partitionOf(messageWith(key), partitions),
        (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions,
        `${key} of ${partitions}`,
      )
})
