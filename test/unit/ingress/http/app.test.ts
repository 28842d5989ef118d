import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createApp } from '../../../../ingress/http/app.ts'
import { createLimitedLog } from '../../../../ingress/http/limited-log.ts'
import { createIngressMetrics } from '../../../../ingress/metrics.ts'
import { type Outcome, outcomeKinds, outcomes } from '../../../../ingress/outcome.ts'
import type { Receive } from '../../../../ingress/receive.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { seriesValue } from '../../../helpers/process/series-value.ts'

const kept = {
  kind: 'published',
  event: 'push',
  topic: 'gitlab.push',
  id: 'an-id',
} as const satisfies Outcome
const outcomeOf = (kind: Outcome['kind']): Outcome =>
  kind === 'published' || kind === 'unknown' || kind === 'quarantined' || kind === 'spooled'
    ? { ...kept, kind }
    : { kind, reason: 'a reason' }

const readWhole = async (stream: IncomingMessage) => Buffer.concat(await stream.toArray())

/** The app behind a real HTTP server. By default `receive` reads the body and returns `outcome`. */
const serve = async (
  t: TestContext,
  options: { receive?: Receive; outcome?: Outcome; isDraining?: boolean } = {},
) => {
  const metrics = createMetrics()
  const { logger, lines } = recordingLogger()
  const sources: string[] = []
  const refused: string[] = []
  const receive: Receive = async (incoming, source) => {
    sources.push(source)
    await readWhole(incoming)
    return options.outcome ?? kept
  }
  const app = createApp({
    receive: options.receive ?? receive,
    metrics: createIngressMetrics(metrics),
    logger,
    limitedLog: createLimitedLog(logger),
    onUnavailable: () => refused.push('unavailable'),
    isDraining: () => options.isDraining ?? false,
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  t.after(() => server.close().closeAllConnections())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const send = async (
    path: string,
    { method = 'POST', body = '{}' as string | Buffer, headers = {} as Record<string, string> } = {},
  ) => {
    const sent = request({ port, path, method, headers })
    sent.on('error', () => {})
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return {
      status: response.statusCode,
      headers: response.headers as IncomingHttpHeaders,
      text: (await readWhole(response)).toString(),
    }
  }
  return { send, port, metrics, lines, sources, refused }
}

test('every outcome has its status, its answer and its counter', async (t) => {
  for (const kind of outcomeKinds) {
    const { send, metrics, refused } = await serve(t, { outcome: outcomeOf(kind) })
    const { status, headers, text } = await send('/hooks')
    assert.equal(status, outcomes[kind].status, kind)
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(JSON.parse(text).outcome, kind)
    assert.equal(await seriesValue(metrics, 'ingress_hooks_total', { outcome: kind }), 1)
    assert.equal(await seriesValue(metrics, 'ingress_duration_seconds_count'), 1)
    assert.equal(refused.length, outcomes[kind].status === 503 ? 1 : 0, kind)
  }
})

test('the answer to a hook names its event, topic and id', async (t) => {
  const { send } = await serve(t)
  assert.deepEqual(JSON.parse((await send('/hooks')).text), {
    outcome: 'published',
    event: 'push',
    topic: 'gitlab.push',
    id: 'an-id',
  })
})

test('the path names the source; without a name the source is default', async (t) => {
  const { send, sources } = await serve(t)
  for (const path of ['/hooks', '/hooks/', '/hooks?x=1', '/hooks/acme', '/hooks/acme_2-b'])
    assert.equal((await send(path)).status, 200, path)
  assert.deepEqual(sources, ['default', 'default', 'default', 'acme', 'acme_2-b'])
})

test('any other path is answered 404, and nothing is received there', async (t) => {
  const { send, sources } = await serve(t)
  const paths = [
    '/',
    '/hook',
    '/HOOKS',
    '/hooks/Acme',
    '/hooks/a/b',
    '/hooks/-a',
    '/hooks/__proto__',
    '/hooks/..%2f',
    `/hooks/${'a'.repeat(64)}`,
    '/metrics',
  ]
  for (const path of paths) assert.equal((await send(path)).status, 404, path)
  assert.deepEqual(sources, [])
})

test('any other method is answered 405 with the allowed method', async (t) => {
  const { send, sources } = await serve(t)
  for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const { status, headers } = await send('/hooks', { method, body: '' })
    assert.deepEqual([status, headers.allow], [405, 'POST'], method)
  }
  assert.deepEqual(sources, [])
})

test('a path that is not a valid URL is answered 400', async (t) => {
  const { send } = await serve(t)
  assert.equal((await send('/hooks/%zz')).status, 400)
})

test('a bug is answered 500 without details; the log has them', async (t) => {
  const { send, lines } = await serve(t, {
    receive: () => Promise.reject(new Error('secret-4711 at /srv/app')),
  })
  const { status, text } = await send('/hooks')
  assert.deepEqual([status, JSON.parse(text)], [500, { outcome: 'refused', reason: 'internal error' }])
  assert.ok(
    lines.some(({ level, fields }) => level === 'error' && fields.error === 'secret-4711 at /srv/app'),
  )
})

test('after a bug no hook is counted as in flight', async (t) => {
  const { send, metrics } = await serve(t, { receive: () => Promise.reject(new Error('broken')) })
  await send('/hooks')
  assert.equal(await seriesValue(metrics, 'ingress_in_flight_hooks'), 0)
})

test('no answer names the software, its version or its files', async (t) => {
  const { send } = await serve(t)
  const answers = [
    await send('/hooks'),
    await send('/nowhere'),
    await send('/hooks', { method: 'GET', body: '' }),
    await send('/hooks/%zz'),
  ]
  for (const { headers, text } of answers) {
    const { date: _date, ...shown } = headers
    assert.doesNotMatch(JSON.stringify(shown) + text, /express|node|kafka|\.ts|\d+\.\d+\.\d+|etag/i)
  }
})

test('a connection is kept open for the next hook', async (t) => {
  const { send } = await serve(t)
  assert.notEqual(
    (await send('/hooks', { headers: { connection: 'keep-alive' } })).headers.connection,
    'close',
  )
})

test('while the ingress drains, each answer closes its connection', async (t) => {
  const { send } = await serve(t, { isDraining: true })
  const { status, headers } = await send('/hooks', { headers: { connection: 'keep-alive' } })
  assert.deepEqual([status, headers.connection], [200, 'close'])
})

test('a sender that is refused before its body is read gets the reason before the close', async (t) => {
  const { port } = await serve(t, {
    receive: async () => ({ kind: 'unauthenticated', reason: 'the secret token is wrong' }),
  })
  const sent = request({
    port,
    path: '/hooks',
    method: 'POST',
    headers: { connection: 'keep-alive', 'content-length': 1e9 },
  })
  sent.on('error', () => {})
  sent.write('{')
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  assert.deepEqual([response.statusCode, response.headers.connection], [401, 'close'])
  assert.match((await readWhole(response)).toString(), /secret token is wrong/)
  await once(sent, 'close')
})

test('a sender that is refused while it writes a body of ordinary size gets the reason', async (t) => {
  const { send } = await serve(t, {
    receive: async () => ({ kind: 'unauthenticated', reason: 'the secret token is wrong' }),
  })
  const { status, headers, text } = await send('/hooks', { body: Buffer.alloc(900_000, 'x') })
  assert.deepEqual([status, headers.connection], [401, 'keep-alive'])
  assert.match(text, /secret token is wrong/)
})

test('the body is passed on as the bytes that were sent, whatever its content type', async (t) => {
  const bodies: Buffer[] = []
  const receive: Receive = async (incoming) => {
    bodies.push(await readWhole(incoming))
    return kept
  }
  const { send } = await serve(t, { receive })
  const body = Buffer.from([0x7b, 0x00, 0xff, 0x7d])
  for (const type of [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data',
  ])
    assert.equal(
      (await send('/hooks', { body, headers: { 'content-type': type, 'content-encoding': 'identity' } }))
        .status,
      200,
    )
  assert.deepEqual(bodies, [body, body, body, body])
})

test('neither a credential nor a body is logged', async (t) => {
  for (const kind of outcomeKinds) {
    const { send, lines } = await serve(t, { outcome: outcomeOf(kind) })
    await send('/hooks', {
      body: '{"password":"marker-4711"}',
      headers: { 'x-gitlab-token': 'marker-4711', 'webhook-signature': 'marker-4711' },
    })
    assert.equal(lines.length, 'event' in outcomeOf(kind) ? 0 : 1)
    assert.doesNotMatch(JSON.stringify(lines), /4711/)
  }
})

test('a refused hook is logged as a warning; the line about a kept one is written elsewhere', async (t) => {
  for (const kind of outcomeKinds) {
    const { send, lines } = await serve(t, { outcome: outcomeOf(kind) })
    await send('/hooks/acme')
    const isKept = 'event' in outcomeOf(kind)
    assert.deepEqual(
      lines.map(({ level }) => level),
      isKept ? [] : ['warn'],
      kind,
    )
    if (isKept) continue
    assert.partialDeepStrictEqual(lines[0]?.fields, { source: 'acme', outcome: kind, reason: 'a reason' })
  }
})
