import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import kafkajs from 'kafkajs'
import { joiningMemberOf } from '../../../../../lib/kafka/joining-member.ts'
import { applyPatches, patches } from '../../../../../lib/kafka/patches/patches.ts'

const require = createRequire(import.meta.url)

test('every patch says which defect it repairs, in a sentence with a link', () => {
  for (const { name, defect, link } of patches) {
    assert.match(defect, /^[A-Z].*\.$/s, name)
    assert.match(link, /^https:\/\//, name)
  }
})

test('patches may be applied again: the second time changes nothing', () => {
  applyPatches()
  const path = 'kafkajs/src/protocol/requests/produce/v3/request'
  const [produce, { prototype }] = [require(path), require('kafkajs/src/protocol/encoder')]
  const { writeEncoder } = prototype
  applyPatches()
  assert.equal(require(path), produce)
  assert.equal(prototype.writeEncoder, writeEncoder)
})

test('a value that was compressed with zstd is decompressed to the same bytes', async () => {
  applyPatches()
  const { compress, decompress } = kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD]() as {
    compress(encoder: { buffer: Buffer }): Promise<Buffer>
    decompress(buffer: Buffer): Promise<Buffer>
  }
  const bytes = Buffer.alloc(10_000, 'abc')
  const compressed = await compress({ buffer: bytes })
  assert.ok(compressed.length < bytes.length)
  assert.deepEqual(await decompress(compressed), bytes)
})

test('joins at the same time are one join, and later ones another', async () => {
  applyPatches()
  const { prototype } = require('kafkajs/src/consumer/consumerGroup')
  const joins: PromiseWithResolvers<void>[] = []
  const retrier = () => {
    joins.push(Promise.withResolvers())
    return joins.at(-1)?.promise
  }
  const [group, other] = [{ retrier }, { retrier }]
  const join = (of: object) => prototype.joinAndSync.call(of) as Promise<void>
  const both = [join(group), join(group)]
  const ofOther = join(other)
  assert.equal(joins.length, 2, 'one for each group')
  joins[0]?.reject(new Error('the coordinator has moved'))
  for (const each of both) await assert.rejects(each, { message: 'the coordinator has moved' })
  const again = join(group)
  assert.equal(joins.length, 3)
  joins[1]?.resolve()
  joins[2]?.resolve()
  await Promise.all([again, ofOther])
})

test('a connection without pending requests starts no timer', () => {
  applyPatches()
  const { prototype } = require('kafkajs/src/network/requestQueue')
  const queue = { throttleCheckTimeoutId: null, throttledUntil: -1, pending: [] }
  prototype.scheduleCheckPendingRequests.call(queue)
  assert.equal(queue.throttleCheckTimeoutId, null)
})

test('a clock that is set back does not make a throttled connection wait longer', (t) => {
  applyPatches()
  const { prototype } = require('kafkajs/src/network/requestQueue')
  let now = 1000
  t.mock.method(performance, 'now', () => now)
  const wallClock = t.mock.method(Date, 'now', () => 1_780_000_000_000)
  const queue = { throttledUntil: -1, maxInFlightRequests: null, inflight: new Map() }
  prototype.maybeThrottle.call(queue, 50)
  assert.equal(prototype.canSendSocketRequestImmediately.call(queue), false)
  wallClock.mock.mockImplementation(() => 1_780_000_000_000 - 86_400_000)
  now += 50
  assert.equal(prototype.canSendSocketRequestImmediately.call(queue), true)
})

test('the error of a join says as which member the client was joining', async () => {
  applyPatches()
  const { prototype } = require('kafkajs/src/broker')
  const required = Object.assign(new Error('required'), {
    name: 'KafkaJSMemberIdRequired',
    memberId: 'assigned',
  })
  const lost = new Error('connection lost')
  const sendRequest = Object.getOwnPropertySymbols(prototype).find(({ description }) =>
    description?.includes('sendRequest'),
  )
  assert.ok(sendRequest)
  const broker = Object.create(prototype, {
    lookupRequest: { value: () => (request: { memberId: string }) => request },
    [sendRequest]: {
      value: async ({ memberId }: { memberId: string }) => {
        throw memberId === '' ? required : lost
      },
    },
  })
  await assert.rejects(broker.joinGroup({ groupId: 'group' }), lost)
  assert.equal(joiningMemberOf(new Error('crash', { cause: lost })), 'assigned')
  assert.equal(joiningMemberOf(new Error('other')), undefined)
})

test('decision 0005 gives the same cost of encoding as the patch', () => {
  const { defect = '' } = patches.find(({ name }) => name === 'produce request') ?? {}
  const figures = defect.match(/\d+ µs/g) ?? []
  assert.equal(figures.length, 2)
  const page = new URL('../../../../../docs/decisions/0005-the-hot-path.md', import.meta.url)
  const decision = readFileSync(page, 'utf8').replace(/\s+/g, ' ')
  for (const figure of figures) assert.ok(decision.includes(figure), figure)
})

test('requests share a connection that is being opened, and a failed one is tried again', async () => {
  applyPatches()
  const { prototype } = require('kafkajs/src/network/connectionPool')
  const attempts: PromiseWithResolvers<unknown>[] = []
  let isConnected = false
  const connection = {
    isConnected: () => isConnected,
    connect: () => {
      const attempt = Promise.withResolvers<unknown>()
      attempts.push(attempt)
      return attempt.promise
    },
  }
  const open = () => prototype.getConnection.call({ pool: [null, connection] }, 1)
  const refused = Promise.allSettled([open(), open()])
  attempts[0]?.reject(new Error('refused'))
  assert.deepEqual(
    (await refused).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  const opened = Promise.all([open(), open()])
  isConnected = true
  attempts[1]?.resolve(true)
  assert.deepEqual(await opened, [connection, connection])
  assert.equal(attempts.length, 2)
})

test('a client without topics asks for the brokers alone; all topics can still be asked for', async () => {
  applyPatches()
  const { prototype } = require('kafkajs/src/cluster/brokerPool')
  const requested: (readonly string[])[] = []
  const broker = {
    metadata: async (topics: readonly string[]) => {
      requested.push(topics)
      return { brokers: [] }
    },
  }
  const pool = {
    findConnectedBroker: async () => broker,
    seedBroker: { connectionPool: {} },
    brokers: {},
    retrier: (attempt: (bail: (error: Error) => void) => Promise<unknown>) => attempt(assert.ifError),
  }
  for (const topics of [[], ['gitlab.push']]) await prototype.refreshMetadata.call(pool, topics)
  const bytesOf = async (version: number, topics: readonly string[]) => {
    const { protocol } = require('kafkajs/src/protocol/requests/metadata')
    const { request } = protocol({ version })({ topics, allowAutoTopicCreation: false })
    assert.equal(request.apiVersion, version)
    return ((await request.encode()) as { buffer: Buffer }).buffer.toString('hex')
  }
  const [none = [], ours = []] = requested
  // Until version 3 there is no last byte, which says that topics may be created.
  for (const [version, creation] of [
    [1, ''],
    [3, ''],
    [4, '00'],
    [6, '00'],
  ] as const) {
    assert.equal(await bytesOf(version, none), `00000000${creation}`, 'an empty list')
    assert.equal(await bytesOf(version, []), `ffffffff${creation}`, 'null, which means all')
    assert.match(await bytesOf(version, ours), /^00000001000b/)
  }
})
