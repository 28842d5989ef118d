import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type ByteBudget, createByteBudget, unlimited } from '../../../../ingress/http/byte-budget.ts'
import { createReadBody } from '../../../../ingress/http/read-body.ts'
import type { TurnedAway } from '../../../../ingress/outcome.ts'

/** A server that reads one body, the request that sends it, and the result. */
const reading = async (
  t: TestContext,
  { maxBytes = 1000, timeoutMs = 5000, budget = unlimited as ByteBudget } = {},
) => {
  const readBody = createReadBody(maxBytes, timeoutMs)
  const { promise: result, resolve } = Promise.withResolvers<Buffer | TurnedAway>()
  const { promise: received, resolve: receive } = Promise.withResolvers<IncomingMessage>()
  const server = createServer(async (incoming, response) => {
    receive(incoming)
    resolve(await readBody(incoming, budget))
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

test('unproven bodies share a budget, and release their bytes however they end', async (t) => {
  const budget = createByteBudget(10)
  const first = await reading(t, { budget })
  first.sender.write(Buffer.alloc(8))
  await first.received
  const second = await reading(t, { budget })
  second.sender.end(Buffer.alloc(11))
  assert.equal(kindOf(await second.result), 'unavailable')
  first.sender.destroy()
  assert.equal(kindOf(await first.result), 'aborted')
  const third = await reading(t, { budget })
  third.sender.end(Buffer.alloc(10))
  assert.equal(kindOf(await third.result), 'body')
  assert.ok(budget.reserve(10))
})

test('after a timeout the request has no listeners left', async (t) => {
  const { sender, result, received } = await reading(t, { timeoutMs: 10 })
  sender.write('{')
  const incoming = await received
  assert.equal(kindOf(await result), 'too_slow')
  for (const event of ['data', 'end', 'error']) assert.ok(incoming.listenerCount(event) <= 1, event)
  assert.equal(incoming.listenerCount('data'), 0)
})
