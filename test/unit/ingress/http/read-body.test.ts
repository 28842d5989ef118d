import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createReadBody } from '../../../../ingress/http/read-body.ts'
import {
  createUnprovenBodies,
  type OpenBodyMemory,
  unlimited,
} from '../../../../ingress/http/unproven-bodies.ts'
import type { TurnedAway } from '../../../../ingress/outcome.ts'

/** A server that reads one body, the request that sends it, and the result. */
const reading = async (
  t: TestContext,
  { maxBytes = 1000, timeoutMs = 5000, extensionMs = 4000, openMemory = unlimited } = {},
) => {
  const readBody = createReadBody(maxBytes, timeoutMs, extensionMs)
  const { promise: result, resolve } = Promise.withResolvers<Buffer | TurnedAway>()
  const { promise: received, resolve: receive } = Promise.withResolvers<IncomingMessage>()
  const server = createServer(async (incoming, response) => {
    receive(incoming)
    resolve(await readBody(incoming, openMemory))
    response.end()
  }).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const sender = request({ port: (server.address() as AddressInfo).port, method: 'POST' }).on(
    'error',
    () => {},
  )
  return { sender, result, received }
}
/** Blocks this process. */
const standStill = (ms: number) => {
  const endsAt = performance.now() + ms
  while (performance.now() < endsAt);
}
const lengthOf = (result: Buffer | TurnedAway) => (Buffer.isBuffer(result) ? result.length : result.kind)
const kindOf = (result: Buffer | TurnedAway) => (Buffer.isBuffer(result) ? 'body' : result.kind)

test('the body is returned byte for byte, whatever pieces it arrived in', async (t) => {
  const bytes = Buffer.from(Array.from({ length: 900 }, (_, i) => i % 256))
  const { sender, result, received } = await reading(t)
  sender.write(bytes.subarray(0, 3))
  await received
  sender.write(bytes.subarray(3, 700))
  sender.end(bytes.subarray(700))
  assert.deepEqual(await result, bytes)
})

test('an empty body is an empty body', async (t) => {
  const { sender, result } = await reading(t)
  sender.end()
  assert.deepEqual(await result, Buffer.alloc(0))
})

test('a body of exactly the limit is accepted', async (t) => {
  const { sender, result } = await reading(t, { maxBytes: 10 })
  sender.end(Buffer.alloc(10))
  assert.deepEqual(await result, Buffer.alloc(10))
})

test('a body without an announced length is refused at the first byte over the limit', async (t) => {
  const { sender, result } = await reading(t, { maxBytes: 10 })
  sender.write(Buffer.alloc(6))
  sender.write(Buffer.alloc(5))
  assert.equal(kindOf(await result), 'too_large')
})

test('a body that is not complete in time is too slow', async (t) => {
  const { sender, result } = await reading(t, { timeoutMs: 20 })
  sender.write('{')
  assert.equal(kindOf(await result), 'too_slow')
})

test('a sender that disconnects in the middle is not reported as slow', async (t) => {
  const { sender, result, received } = await reading(t)
  sender.setHeader('content-length', 100)
  sender.write('{')
  await received
  sender.destroy()
  assert.equal(kindOf(await result), 'aborted')
})

test('unproven bodies share their memory, and release it however they end', async (t) => {
  const bodies = createUnprovenBodies({ totalBytes: 10, addressBytes: 10, isSuspect: () => false })
  const openMemory: OpenBodyMemory = (giveUp) => bodies.open('a', giveUp)
  const tooLarge = await reading(t, { openMemory })
  tooLarge.sender.end(Buffer.alloc(11))
  assert.equal(kindOf(await tooLarge.result), 'unavailable')
  const aborted = await reading(t, { openMemory })
  aborted.sender.write(Buffer.alloc(8))
  await aborted.received
  aborted.sender.destroy()
  assert.equal(kindOf(await aborted.result), 'aborted')
  const whole = await reading(t, { openMemory })
  whole.sender.end(Buffer.alloc(10))
  assert.equal(kindOf(await whole.result), 'body')
  assert.ok(openMemory(() => assert.fail('nothing is left to give up')).reserve(10))
})

test('an unproven body that stands still is given up for a newer one, which is accepted', async (t) => {
  const bodies = createUnprovenBodies({ totalBytes: 10, addressBytes: 10, isSuspect: () => false })
  const { promise: reserved, resolve } = Promise.withResolvers<void>()
  const openMemory: OpenBodyMemory = (giveUp) => {
    const memory = bodies.open('a', giveUp)
    return {
      ...memory,
      reserve: (bytes) => {
        resolve()
        return memory.reserve(bytes)
      },
    }
  }
  const stalled = await reading(t, { openMemory })
  stalled.sender.write(Buffer.alloc(9))
  await reserved
  const newest = await reading(t, { openMemory })
  newest.sender.end(Buffer.alloc(9))
  assert.deepEqual(await newest.result, Buffer.alloc(9))
  assert.equal(kindOf(await stalled.result), 'unavailable')
})

test('a body that arrived while this process stood still is read before the time counts', async (t) => {
  const { sender, result, received } = await reading(t, { timeoutMs: 100, maxBytes: 2e6 })
  sender.setHeader('content-length', 1_000_000)
  sender.write('{')
  await received
  // The kernel takes the whole body at once.
  sender.end(Buffer.alloc(999_999))
  standStill(300)
  assert.equal(lengthOf(await result), 1_000_000)
})

test('a body that still arrives at a good rate when its time is over gets more time', async (t) => {
  const { sender, result } = await reading(t, { timeoutMs: 300, maxBytes: 2e6 })
  sender.on('error', () => {})
  for (let part = 0; part < 5; part++) {
    sender.write(Buffer.alloc(100_000))
    await sleep(100)
  }
  sender.end()
  assert.equal(lengthOf(await result), 500_000)
})

test('a body that arrives at a good rate without an end gets only so much more time', async (t) => {
  const { sender, result } = await reading(t, { timeoutMs: 100, extensionMs: 500, maxBytes: 1e9 })
  sender.write('{')
  const timer = setInterval(() => sender.write(Buffer.alloc(200_000)), 50)
  assert.equal(kindOf(await result), 'too_slow')
  clearInterval(timer)
})

test('after a timeout the request has no listeners left', async (t) => {
  const { sender, result, received } = await reading(t, { timeoutMs: 10 })
  sender.write('{')
  const incoming = await received
  assert.equal(kindOf(await result), 'too_slow')
  for (const event of ['data', 'end', 'error']) assert.ok(incoming.listenerCount(event) <= 1, event)
  assert.equal(incoming.listenerCount('data'), 0)
})
