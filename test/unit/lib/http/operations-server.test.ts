import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { UsageError } from '../../../../lib/errors.ts'
import { listen, urlOf } from '../../../../lib/http/listen.ts'
import { type Health, startOperationsServer } from '../../../../lib/http/operations-server.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'

const start = async (t: TestContext, health: { alive: Health; ready: Health }) => {
  const metrics = createMetrics()
  metrics.counter('ingress_received_total')
  const server = await startOperationsServer({
    host: '127.0.0.1',
    port: 0,
    registry: metrics.registry,
    isAlive: () => health.alive,
    isReady: () => health.ready,
  })
  t.after(() => server.close())
  return server
}
const fine: Health = { ok: true, status: 'ready' }

test('metrics are in the text format of Prometheus', async (t) => {
  const { url } = await start(t, { alive: fine, ready: fine })
  const response = await fetch(`${url}/metrics`)
  assert.match(response.headers.get('content-type') ?? '', /text\/plain.*version=0\.0\.4/)
  assert.match(await response.text(), /^gitlab_bridge_ingress_received_total 0$/m)
})

test('the probes answer 200 or 503 with the current status', async (t) => {
  const health = { alive: fine, ready: { ok: false, status: 'starting' } }
  const { url } = await start(t, health)
  const probe = async (path: string) => {
    const response = await fetch(`${url}${path}`)
    return [response.status, ((await response.json()) as { status: string }).status]
  }
  assert.deepEqual(await probe('/livez'), [200, 'ready'])
  assert.deepEqual(await probe('/readyz'), [503, 'starting'])
  health.ready = fine
  health.alive = { ok: false, status: 'stuck' }
  assert.deepEqual(await probe('/livez'), [503, 'stuck'])
  assert.deepEqual(await probe('/readyz'), [200, 'ready'])
})

test('no other path is served, and no header names the software', async (t) => {
  const { url } = await start(t, { alive: fine, ready: fine })
  const response = await fetch(`${url}/hooks`)
  assert.equal(response.status, 404)
  assert.equal(response.headers.get('x-powered-by'), null)
  assert.doesNotMatch(await response.text(), /express|node_modules| at /i)
})

test('closing waits neither for an open connection nor for a request that never ends', async (t) => {
  const server = await start(t, { alive: fine, ready: fine })
  await (await fetch(`${server.url}/livez`)).text()
  const slow = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {})
  slow.write('GET /livez HTTP/1.1\r\nHost: x\r\n')
  await once(slow, 'connect')
  const gone = new Promise((resolve) => slow.on('close', resolve))
  await server.close()
  await gone
  await assert.rejects(fetch(`${server.url}/livez`))
})

test('for a taken port or a foreign host, the error names the variable to change', async (t) => {
  const { url } = await start(t, { alive: fine, ready: fine })
  const port = Number(new URL(url).port)
  const errorOf = (port: number, host: string, variables?: 'INGRESS') =>
    listen(createServer(), port, host, variables).then(
      () => assert.fail('the server listens'),
      (error: unknown) => (error instanceof UsageError ? error.message : assert.fail(String(error))),
    )
  assert.match(
    await errorOf(port, '127.0.0.1', 'INGRESS'),
    new RegExp(`^INGRESS_PORT: port ${port} on 127.0.0.1 is taken`),
  )
  assert.match(
    await errorOf(0, '203.0.113.1', 'INGRESS'),
    /^INGRESS_HOST: cannot listen on 203\.0\.113\.1: .*EADDRNOTAVAIL/,
  )
  assert.match(await errorOf(port, '127.0.0.1'), new RegExp(`^port ${port} on 127.0.0.1 is taken`))
})

test('for the operations port, that variable is METRICS_PORT', async (t) => {
  const { url } = await start(t, { alive: fine, ready: fine })
  const options = {
    host: '127.0.0.1',
    registry: createMetrics().registry,
    isAlive: () => fine,
    isReady: () => fine,
  }
  await assert.rejects(
    startOperationsServer({ ...options, port: Number(new URL(url).port) }),
    /^UsageError: METRICS_PORT: port \d+ .* taken/,
  )
})

test('the URL of a server that listens on all addresses names this machine', async (t) => {
  const server = createServer()
  t.after(() => server.close())
  await listen(server, 0, '0.0.0.0')
  assert.match(urlOf(server), /^http:\/\/127\.0\.0\.1:\d+$/)
})
