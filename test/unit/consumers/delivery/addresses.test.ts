import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isForbidden } from '../../../../consumers/delivery/http/forbidden-address.ts'
import { createOutbound } from '../../../../consumers/delivery/http/outbound.ts'
import type { Resolve } from '../../../../consumers/delivery/http/resolve-allowed.ts'
import { startReceiver } from '../../../helpers/servers/chat/start-receiver.ts'

test('private, loopback, link-local and metadata addresses are not public, however they are written', () => {
  for (const address of [
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
    ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fc00::1', '::ffff:127.0.0.1'],
    ...['::ffff:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '2002:7f00:1::', 'ff02::1', '224.0.0.1', 'no address'],
  ])
    assert.ok(isForbidden(address), address)
  for (const address of [
    '93.184.215.14',
    '1.1.1.1',
    '2606:4700:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
  ])
    assert.ok(!isForbidden(address), address)
})

const request = (url: string) => ({
  method: 'POST' as const,
  url,
  headers: { 'content-type': 'text/plain' },
  body: 'hello',
  signal: AbortSignal.timeout(60_000),
})

const outboundWith = (resolve: Resolve, allowPrivate = false) =>
  createOutbound({ allowPrivate, ca: undefined, proxy: undefined, timeoutMs: 2000, resolve })

test('a name that turns into a loopback address is refused when the connection is made', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.close)
  const port = new URL(receiver.url).port
  let asked = 0
  // The first answer is public, as a check before the request would see it; later ones are loopback.
  const rebinding: Resolve = async () => [
    { address: asked++ === 0 ? '93.184.215.14' : '127.0.0.1', family: 4 },
  ]
  await rebinding('rebinding.example')
  const outbound = outboundWith(rebinding)
  t.after(outbound.close)
  await assert.rejects(outbound.send(request(`http://rebinding.example:${port}/`)), /not public/)
  assert.equal(receiver.all.length, 0)
})

test('an address that is written out is checked as well, unless it is marked', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.close)
  const [open, closed] = [outboundWith(async () => [], true), outboundWith(async () => [])]
  t.after(() => Promise.all([open.close(), closed.close()]))
  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])
    await assert.rejects(closed.send(request(receiver.url.replace('127.0.0.1', host))), /not public/, host)
  assert.equal((await open.send(request(receiver.url))).status, 200)
})

test('a redirect is followed to the same host only, with its method and body', async (t) => {
  const [other, receiver] = [await startReceiver(), await startReceiver()]
  t.after(() => Promise.all([other.close(), receiver.close()]))
  const outbound = outboundWith(async () => [], true)
  t.after(outbound.close)
  receiver.behave(({ path }) =>
    path === '/same'
      ? { status: 307, headers: { location: '/there' } }
      : path === '/other'
        ? { status: 307, headers: { location: other.url } }
        : { status: 200 },
  )
  assert.equal((await outbound.send(request(`${receiver.url}/same`))).status, 200)
  assert.equal(receiver.taken.at(-1)?.body.toString(), 'hello')
  assert.equal((await outbound.send(request(`${receiver.url}/other`))).status, 307)
  assert.equal(other.all.length, 0)
})
