import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createOutbound, type OutboundOptions } from '../../../../consumers/delivery/http/outbound.ts'
import type { Destination } from '../../../../consumers/delivery/routes/destination.ts'
import { secretsOf } from '../../../../consumers/delivery/routes/secrets-of.ts'
import { attempt } from '../../../../consumers/delivery/send/attempt.ts'
import { openCertificateMaker } from '../../../helpers/servers/certificate-maker.ts'
import { startReceiver } from '../../../helpers/servers/chat/start-receiver.ts'

const listen = async (t: TestContext, server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

const outboundWith = (t: TestContext, options: Partial<OutboundOptions>) => {
  const outbound = createOutbound({
    ...{ allowPrivate: true, ca: undefined, proxy: undefined, timeoutMs: 5000 },
    ...options,
  })
  t.after(outbound.close)
  return outbound
}

const request = (url: string) => ({
  ...{ method: 'POST' as const, url, headers: { 'content-type': 'text/plain' }, body: 'hello' },
  signal: AbortSignal.timeout(60_000),
})

/** An HTTP proxy that remembers which addresses it was asked to connect to. */
const startProxy = async (t: TestContext) => {
  const asked: string[] = []
  const proxy = createHttpServer().on('connect', ({ url = '' }, socket) => {
    asked.push(url)
    const [host, port] = url.split(':')
    const through = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      through.pipe(socket).pipe(through)
    })
    socket.on('error', () => through.destroy())
    through.on('error', () => socket.destroy())
  })
  return { asked, url: `http://127.0.0.1:${await listen(t, proxy)}` }
}

const startTlsReceiver = async (t: TestContext) => {
  const maker = await openCertificateMaker()
  t.after(maker.remove)
  const [authority, other] = [await maker.authority('ours'), await maker.authority('another')]
  const { cert, key } = await authority.issue('server')
  const hosts: (string | undefined)[] = []
  const server = createHttpsServer({ cert, key }, (incoming, response) => {
    hosts.push(incoming.headers.host)
    response.end('ok')
  })
  const port = await listen(t, server)
  const ca = await readFile(authority.certFile, 'utf8')
  return { url: `https://127.0.0.1:${port}/`, ca, other: other.cert, hosts, port }
}

test('an unknown authority is refused and tried again, and ca_file makes it known', async (t) => {
  const { url, ca, other, hosts } = await startTlsReceiver(t)
  assert.equal((await outboundWith(t, { ca }).send(request(url))).status, 200)
  for (const wrong of [undefined, other]) {
    const { result, answer } = await attempt(outboundWith(t, { ca: wrong }), request(url), [])
    assert.equal(result, 'retry')
    assert.equal(answer.effect, 'none')
  }
  assert.equal(hosts.length, 1)
})

test('a proxy connects to the address that was checked, and never resolves the name itself', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.close)
  const { port } = new URL(receiver.url)
  const proxy = await startProxy(t)
  const resolve = async () => [{ address: '127.0.0.1', family: 4 as const }]
  const url = `http://chat.example:${port}/hook`
  assert.equal((await outboundWith(t, { proxy: proxy.url, resolve }).send(request(url))).status, 200)
  assert.deepEqual(proxy.asked, [`127.0.0.1:${port}`])
  assert.equal(receiver.taken[0]?.headers.host, `chat.example:${port}`)
  const closed = outboundWith(t, { proxy: proxy.url, resolve, allowPrivate: false })
  await assert.rejects(closed.send(request(url)), /not public/)
  assert.equal(proxy.asked.length, 1)
})

test('behind a proxy, TLS is verified against the name of the destination', async (t) => {
  const { port, ca, hosts } = await startTlsReceiver(t)
  const proxy = await startProxy(t)
  const resolve = async () => [{ address: '127.0.0.1', family: 4 as const }]
  const through = outboundWith(t, { proxy: proxy.url, resolve, ca })
  // The certificate is for 127.0.0.1, and not for this name.
  await assert.rejects(through.send(request(`https://chat.example:${port}/`)), /altnames|cert/i)
  assert.equal((await through.send(request(`https://127.0.0.1:${port}/`))).status, 200)
  assert.deepEqual(hosts, [`127.0.0.1:${port}`])
})

test('failures are tried again, and say whether the request may have had its effect', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.close)
  const outbound = outboundWith(t, {
    timeoutMs: 300,
    resolve: async (host) => {
      if (host === 'gone.example') throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
      return [{ address: '127.0.0.1', family: 4 }]
    },
  })
  const outcome = async (url: string) => {
    const { result, answer } = await attempt(outbound, request(url), [])
    return `${result} ${answer.effect}`
  }
  const { port: refused } = new URL(await closedUrl())
  assert.equal(await outcome('http://gone.example/'), 'retry none')
  assert.equal(await outcome(`http://chat.example:${refused}/`), 'retry none')
  receiver.behave(() => 'hang')
  assert.equal(await outcome(receiver.url), 'retry unknown')
  receiver.behave(() => 'cut')
  assert.equal(await outcome(receiver.url), 'retry unknown')
})

test('a user and a password in the address are sent, and are not seen in what went wrong', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.close)
  receiver.behave(({ headers }) => ({ status: 400, body: `no ${headers.authorization}` }))
  const address = new URL(`${receiver.url}/ci?job=1`)
  Object.assign(address, { username: 'ci', password: 'p@ss:word' })
  const url = address.href
  const secrets = secretsOf({ url, allHeaders: {} } as Destination)
  const { answer } = await attempt(outboundWith(t, {}), request(url), secrets)
  const [received] = receiver.all
  assert.equal(received?.headers.authorization, `Basic ${Buffer.from('ci:p@ss:word').toString('base64')}`)
  assert.equal(received?.path, '/ci?job=1')
  assert.equal(answer.text, 'no Basic ***')
})

test('no part of an address that can be a secret is seen in what went wrong', async (t) => {
  const receiver = await startReceiver()
  t.after(receiver.close)
  const [user, segment, value] = ['glpat-a user', 'T0/kY7wQ9zXcV5bN3mL', 'sig=of+the%20workflow']
  const address = new URL(`${receiver.url}/services/${encodeURIComponent(segment)}`)
  address.username = user
  address.searchParams.set('sig', value)
  address.searchParams.set('wait', 'true')
  receiver.behave(() => ({
    status: 400,
    body: `services ${user} (${address.username}) has no ${segment} with ${value}: true`,
  }))
  const secrets = secretsOf({ url: address.href, allHeaders: {} } as Destination)
  const { answer } = await attempt(outboundWith(t, {}), request(address.href), secrets)
  assert.equal(answer.text, 'services *** (***) has no *** with ***: true')
})

const closedUrl = async (): Promise<string> => {
  const receiver = await startReceiver()
  await receiver.close()
  return receiver.url
}
