import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { closedLoop } from '../../../bench/load/closed-loop.ts'
import type { LoadOrder } from '../../../bench/load/load.ts'
import { openLoop } from '../../../bench/load/open-loop.ts'

const serve = async (t: TestContext, listener: RequestListener): Promise<LoadOrder> => {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return {
    url,
    headers: { 'X-Gitlab-Token': 'a-token' },
    body: '{"a":1}',
    connections: 4,
    maxHooks: 100,
    maxSeconds: 10,
  }
}

test('a closed loop sends every hook whole, and counts the answers by status', async (t) => {
  const seen: string[] = []
  const order = await serve(t, async (request, response) => {
    seen.push(`${request.headers['x-gitlab-token']} ${Buffer.concat(await request.toArray())}`)
    response.writeHead(seen.length % 2 === 0 ? 200 : 202).end('kept')
  })
  const { statuses, answered } = await closedLoop(order)
  assert.equal(answered, 100)
  assert.deepEqual(statuses, { 200: 50, 202: 50 })
  assert.deepEqual([...new Set(seen)], ['a-token {"a":1}'])
})

test('an open loop keeps to its rate', async (t) => {
  const order = await serve(
    t,
    (request, response) =>
      void request.resume().on('end', () => response.setHeader('Content-Length', 2).end('ok')),
  )
  const { statuses, seconds } = await openLoop({ ...order, rate: 200 })
  assert.deepEqual(statuses, { 200: 100 })
  assert.ok(seconds >= 0.49, `${seconds}`)
})

test('the time of a hook includes its wait for a receiver that stalls', async (t) => {
  const stalledUntil = Date.now() + 400
  const order = await serve(t, (request, response) => {
    const answer = () => response.setHeader('Content-Length', 2).end('ok')
    request.resume().on('end', () => setTimeout(answer, Math.max(0, stalledUntil - Date.now())))
  })
  // The four connections wait for the answers to the first four hooks. The other hooks are due meanwhile.
  const { p50, answered } = await openLoop({ ...order, maxHooks: 40, rate: 200 })
  assert.equal(answered, 40)
  assert.ok(p50 > 100, `${p50}`)
})

test('hooks whose connection breaks are counted as not answered', async (t) => {
  const order = await serve(t, (_request, response) => void response.destroy())
  const { statuses, answered } = await openLoop({ ...order, maxHooks: 8, rate: 200 })
  assert.equal(answered, 0)
  assert.deepEqual(statuses, { 0: 8 })
})
