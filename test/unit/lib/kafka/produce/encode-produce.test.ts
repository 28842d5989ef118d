import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from 'fast-check'
import { patchEncoder } from '../../../../../lib/kafka/patches/patch-encoder.ts'
import { crc32c } from '../../../../../lib/kafka/produce/crc32c.ts'
import { encodeProduce, type ProduceToEncode } from '../../../../../lib/kafka/produce/encode-produce.ts'
import type { HeadroomBuffer } from '../../../../../lib/kafka/produce/headroom-buffer.ts'

// Our encoder replaces these parts of kafkajs.
// Other bytes would be refused by brokers or misread by consumers.
const require = createRequire(import.meta.url)
const theirChecksum = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number
const theirProduce = require('kafkajs/src/protocol/requests/produce/v3/request') as (
  request: ProduceToEncode,
) => {
  encode(): Promise<{ buffer: Buffer }>
}

test("the checksum has the value of its specification's example", () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
})

test('the checksum of any bytes equals that of kafkajs', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      (bytes) => crc32c(bytes) === theirChecksum(Buffer.from(bytes)),
    ),
  )
})

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array)),
  fc.string({ unit: 'binary', maxLength: 200 }),
)
const message = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  // All have the same length, because kafkajs sorts them as text.
  timestamp: fc.integer({ min: 1_000_000_000_000, max: 9_999_999_999_999 }).map(String),
  headers: fc.dictionary(fc.string({ unit: 'binary' }), fc.oneof(bytes, fc.array(bytes, { maxLength: 3 }))),
})
const request: fc.Arbitrary<ProduceToEncode> = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(60_000),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ maxLength: 40 }),
      partitions: fc.array(
        fc.record({ partition: fc.nat(100), messages: fc.array(message, { minLength: 1, maxLength: 70 }) }),
        {
          maxLength: 3,
        },
      ),
    }),
    { maxLength: 3 },
  ),
})

test('any produce request is encoded to the same bytes as by kafkajs', async () => {
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      const { buffer } = await theirProduce(each).encode()
      assert.deepEqual(encodeProduce(each).buffer, buffer)
    }),
    { numRuns: 200 },
  )
})

interface Request {
  buffer: Buffer
  adopted?: HeadroomBuffer
}
const requestAround = require('kafkajs/src/protocol/request') as (of: {
  correlationId: number
  clientId: string
  request: { apiKey: number; apiVersion: number; encode(): Promise<unknown> }
}) => Promise<Request>

test('the header of a request needs no copy of the request, unless the headroom is too small', async () => {
  const produce: ProduceToEncode = {
    ...{ acks: -1, timeout: 3000 },
    topicData: [
      {
        topic: 'gitlab.push',
        partitions: [
          {
            partition: 3,
            messages: [{ key: '15', value: Buffer.alloc(5000, 7), timestamp: '1780000000000' }],
          },
        ],
      },
    ],
  }
  const around = (clientId: string, encode: () => Promise<unknown>) =>
    requestAround({ correlationId: 9, clientId, request: { apiKey: 0, apiVersion: 7, encode } })
  const lengths = [242, 243, 1000]
  const clientIds = ['gitlab-bridge', '', 'ü'.repeat(100), ...lengths.map((length) => 'x'.repeat(length))]
  const theirs = await Promise.all(
    clientIds.map((clientId) => around(clientId, () => theirProduce(produce).encode())),
  )
  patchEncoder()
  for (const [index, clientId] of clientIds.entries()) {
    const body = encodeProduce(produce)
    const ours = await around(clientId, async () => body)
    assert.deepEqual(ours.buffer, theirs[index]?.buffer, clientId)
    assert.equal(
      ours.buffer.buffer === body.buffer.buffer,
      clientId.length <= 242,
      `${clientId.length} bytes`,
    )
    assert.deepEqual(
      (await around(clientId, () => theirProduce(produce).encode())).buffer,
      theirs[index]?.buffer,
      'one of its own',
    )
  }
})
