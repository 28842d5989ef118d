import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Request } from 'express'
import { RefusedError } from '../../../../consumers/event-feed/http/answer.ts'
import { type RecordRouteOptions, readOneRecord } from '../../../../consumers/event-feed/http/record-route.ts'
import { createRestoreBody } from '../../../../consumers/event-feed/log/bodies.ts'
import { createRecentItems } from '../../../../consumers/event-feed/log/recent-items.ts'
import { createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import { createFairQueue } from '../../../../consumers/event-feed/stream/fair-queue.ts'
import { PermanentError, RetriableError } from '../../../../lib/errors.ts'
import type { LogMessage } from '../../../../lib/kafka/log-reader.ts'
import { BodySearchTimeoutError } from '../../../../lib/kafka/read-raw.ts'
import { recordOfFixture } from '../../../helpers/records/chat-samples.ts'

const topic = 'gitlab.push'
const message: LogMessage = {
  ...{ topic, partition: 0, offset: 7, timestamp: 0 },
  ...{ key: null, value: Buffer.from('x'), headers: {} },
}

const samplePush = { ...recordOfFixture('push'), raw: Buffer.alloc(0) }

const readWith = (
  read: () => Promise<LogMessage | undefined>,
  decode: () => Promise<unknown>,
  restore: Parameters<typeof createRestoreBody>[0] = async () => undefined,
  offset = '7',
) => {
  const next = Float64Array.of(8)
  const layout = createLayout('a', [{ topic, event: 'push', id: 'id', partitions: 1 }])
  const options: RecordRouteOptions = {
    generation: () => ({ layout, recent: createRecentItems(next, 1), next, time: 0 }),
    records: { read, close: async () => undefined },
    source: { kafka: undefined as never, decode, restoreBody: createRestoreBody(restore) },
    queue: createFairQueue(1),
    tokens: undefined,
  }
  const params = { topic, partition: '0', offset }
  return readOneRecord(options, { params, socket: { destroyed: false } } as unknown as Request)
}

test('a record that the feed has not read yet is not found, and the brokers are not asked', async () => {
  const read = readWith(assert.fail, assert.fail, undefined, '8')
  await assert.rejects(read, (error) => error instanceof RefusedError && error.refusal.status === 404)
})

const notRead = () => Promise.reject(new Error('the record is not decoded'))

test('while the brokers do not answer, a record can be asked for again', async () => {
  const read = () => Promise.reject(new Error('Connection error: ECONNREFUSED'))
  await assert.rejects(readWith(read, notRead), RetriableError)
})

test('while the body cannot be read from the brokers, a record can be asked for again', async () => {
  const restore = () => Promise.reject(new Error('Connection error: ECONNREFUSED'))
  const read = readWith(
    async () => message,
    async () => samplePush,
    restore,
  )
  await assert.rejects(read, RetriableError)
})

test('a record whose body is gone, or was not found in the time for it, is answered without it', async () => {
  for (const restore of [
    async () => '1 of 2 pieces were found',
    () => Promise.reject(new BodySearchTimeoutError('1 of 2 pieces were found')),
  ]) {
    const read = readWith(
      async () => message,
      async () => samplePush,
      restore,
    )
    assert.partialDeepStrictEqual(await read, { topic, raw: '', raw_missing: '1 of 2 pieces were found' })
  }
})

test('a record that can never be read is not found, and the answer says why', async () => {
  const read = async () => message
  const decode = () => Promise.reject(new PermanentError('the schema id 9 is not known'))
  await assert.rejects(readWith(read, decode), (error) => {
    assert.ok(error instanceof RefusedError)
    const wanted = { status: 404, message: 'it cannot be read: the schema id 9 is not known' }
    assert.deepEqual(error.refusal, wanted)
    return true
  })
})
