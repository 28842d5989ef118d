import assert from 'node:assert/strict'
import { test } from 'node:test'
import { causeOf, partitionOf } from '../../../../ingress/publish/sender.ts'

const messageWith = (key: string) => ({
  topic: 'gitlab.push',
  key,
  value: Buffer.alloc(0),
  headers: {},
  timestamp: '0',
})

/** Murmur2 as Kafka's Java client computes it, written down independently. */
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

test('the independent murmur2 agrees with the vectors of the Java client', () => {
  // https://github.com/apache/kafka/blob/4.1/clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java
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

test('a key is in the partition where every other client looks for it', () => {
  for (const key of ['15', '1', '278964', 'group:78', 'user:41', 'key:4', 'instance'])
    for (const partitions of [1, 3, 6, 12])
      assert.equal(
        partitionOf(messageWith(key), partitions),
        (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions,
        `${key} of ${partitions}`,
      )
})

test('what went wrong with a produce request is told in the words of the metrics', () => {
  const errors: [object, ReturnType<typeof causeOf>][] = [
    [{ name: 'KafkaJSProtocolError', type: 'MESSAGE_TOO_LARGE' }, 'refused'],
    [{ name: 'KafkaJSProtocolError', type: 'TOPIC_AUTHORIZATION_FAILED' }, 'topic'],
    [{ name: 'KafkaJSProtocolError', type: 'CLUSTER_AUTHORIZATION_FAILED' }, 'other'],
    [{ name: 'KafkaJSProtocolError', type: 'NOT_LEADER_FOR_PARTITION' }, 'leader'],
    [{ name: 'KafkaJSProtocolError', type: 'LEADER_NOT_AVAILABLE' }, 'leader'],
    [{ name: 'KafkaJSProtocolError', type: 'NOT_ENOUGH_REPLICAS' }, 'replicas'],
    [{ name: 'KafkaJSProtocolError', type: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND' }, 'replicas'],
    [{ name: 'KafkaJSProtocolError', type: 'UNKNOWN_TOPIC_OR_PARTITION' }, 'topic'],
    [{ name: 'KafkaJSProtocolError', type: 'REQUEST_TIMED_OUT' }, 'timeout'],
    [{ name: 'Error', message: 'Broker not connected' }, 'connection'],
    [{ name: 'KafkaJSError', message: 'The producer is disconnected' }, 'connection'],
    [{ name: 'KafkaJSRequestTimeoutError' }, 'timeout'],
    [new Error('2 of 3 records were not acknowledged'), 'leader'],
    [new Error('no answer within 6000 ms'), 'timeout'],
    [{ name: 'KafkaJSConnectionError' }, 'connection'],
    [{ name: 'KafkaJSConnectionClosedError' }, 'connection'],
    [{ name: 'KafkaJSBrokerNotFound' }, 'connection'],
    [new TypeError('cannot read properties of undefined'), 'other'],
  ]
  for (const [error, cause] of errors) assert.equal(causeOf(error), cause, JSON.stringify(error))
})
