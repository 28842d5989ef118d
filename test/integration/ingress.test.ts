import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as createRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { eventTypes } from '../../schemas/catalogue.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { post, pushOf, sample } from '../helpers/records/hooks.ts'
import { countOn, messagesOn, recordsOf } from '../helpers/records/records.ts'
import { openStack, secretToken } from '../helpers/servers/stack.ts'

const stack = await openStack('ingress')
await stack.setUp()
const { hookUrl, metricsUrl } = await stack.startIngress()

test('an answered hook is on its topic with the documented key, partition, time and headers', async () => {
  const before = Date.now()
  const { status, body } = await post(hookUrl, sample('push'), {
    'idempotency-key': '0190-first',
    traceparent,
  })
  const after = Date.now()

  const [record, ...others] = (await recordsOf(stack, 'push')).filter(
    ({ value }) => value.delivery.id === '0190-first',
  )
  assert.ok(record)
  assert.deepEqual([others, status], [[], 200])
  assert.deepEqual(body, {
    outcome: 'published',
    event: 'push',
    topic: stack.names.topic('push'),
    id: '0190-first',
  })
  assert.equal(record.key, '15')
  // Kafka's own client puts the key 15 there with 3 partitions. wire-format.test.ts compares more keys.
  assert.equal(record.partition, 0)
  assert.ok(
    record.timestamp >= before && record.timestamp <= after,
    `${before} ≤ ${record.timestamp} ≤ ${after}`,
  )
  assert.equal(record.timestamp, record.value.delivery.received_at)
  const { ce_time, ...headers } = record.headers
  assert.equal(Date.parse(String(ce_time)), record.timestamp) // a push does not say when it happened
  assert.deepEqual(headers, {
    ce_specversion: '1.0',
    ce_id: '0190-first',
    ce_source: 'https://git.nordlicht.example',
    ce_type: 'com.gitlab.push',
    ce_subject: '15',
    'content-type': 'application/avro',
    traceparent,
  })
  assert.deepEqual(record.value.raw, sample('push'))
  assert.equal(record.value.user_username, 'isolheim')
})

test('an answered hook can be read at once, twenty times in a row', async () => {
  const topic = stack.names.topic('tag_push')
  for (let sent = 1; sent <= 20; sent++) {
    await post(hookUrl, sample('tag_push'), { 'x-gitlab-event': 'Tag Push Hook' })
    assert.equal(await countOn(stack, topic), sent)
  }
})

test('a wrong token and no token are answered 401, and nothing is published on any topic', async () => {
  const total = async () => {
    const counts = await Promise.all(eventTypes.map((event) => countOn(stack, stack.names.topic(event))))
    return counts.reduce((sum, count) => sum + count, 0)
  }
  const before = await total()
  for (const token of ['wrong', `${secretToken} `.repeat(2), '']) {
    const { status, body } = await post(hookUrl, sample('push'), { 'x-gitlab-token': token })
    assert.deepEqual([status, body.outcome], [401, 'unauthenticated'])
  }
  // This hook goes through the same queue: everything that was published before it is there now.
  await post(hookUrl, sample('push'))
  assert.equal(await total(), before + 1)
})

test('a body that is not JSON is answered 200 and kept in the quarantine with the reason', async () => {
  const { status, body } = await post(hookUrl, 'half a {"json', {
    'idempotency-key': 'not-json',
    'x-gitlab-event': 'Push Hook',
  })
  assert.deepEqual(
    [status, body.outcome, body.topic, body.id],
    [200, 'quarantined', stack.names.topic('quarantine'), 'not-json'],
  )
  const [record] = (await recordsOf(stack, 'quarantine')).filter(
    ({ value }) => value.delivery.id === 'not-json',
  )
  assert.equal(record?.value.reason, 'not_json')
  assert.equal(record?.value.delivery.event_header, 'Push Hook')
  assert.equal(record?.value.raw.toString(), 'half a {"json')
})

test('a push without its project goes to quarantine, and the reason names the fields', async () => {
  const body = pushOf(15, { project_id: undefined, project: undefined, before: undefined })
  const answer = await post(hookUrl, body, { 'idempotency-key': 'no-identity' })
  assert.deepEqual([answer.status, answer.body.outcome], [200, 'quarantined'])
  const [record] = (await recordsOf(stack, 'quarantine')).filter(
    ({ value }) => value.delivery.id === 'no-identity',
  )
  assert.equal(record?.value.reason, 'missing_identity')
  assert.match(String(record?.value.detail), /^push without .*before/)
})

test('an unknown event is kept on the unknown topic under its name', async () => {
  const { status, body } = await post(hookUrl, '{"object_kind":"moon_landing","project_id":7}', {
    'idempotency-key': 'moon',
  })
  assert.deepEqual(
    [status, body.outcome, body.event, body.topic],
    [200, 'unknown', 'moon_landing', stack.names.topic('unknown')],
  )
  const [record] = (await recordsOf(stack, 'unknown')).filter(({ value }) => value.delivery.id === 'moon')
  assert.equal(record?.value.event_name, 'moon_landing')
  assert.equal(record?.key, '7')
})

test('the path names the source', async () => {
  await post(`${hookUrl}/berlin-2`, sample('push'), { 'idempotency-key': 'from-berlin' })
  const [record] = (await recordsOf(stack, 'push')).filter(({ value }) => value.delivery.id === 'from-berlin')
  assert.equal(record?.value.delivery.source, 'berlin-2')
})

test('a body of 25 MiB is published whole', async () => {
  const padding = 'x'.repeat(25 * 1024 * 1024 - pushOf(25, { padding: '' }).length)
  const body = pushOf(25, { padding })
  assert.equal(body.length, 25 * 1024 * 1024)
  const { status } = await post(hookUrl, body, { 'idempotency-key': 'large' })
  // On a busy machine the hook may be spooled first.
  assert.ok(status === 200 || status === 202, `answered ${status}`)
  await eventually(async () => {
    const record = (await recordsOf(stack, 'push')).find(({ value }) => value.delivery.id === 'large')
    assert.ok(record?.value.raw.equals(body))
  })
})

test('a body over the limit is answered 413 before it is sent, and is not published', async () => {
  const before = await countOn(stack, stack.names.topic('push'))
  const request = createRequest(String(hookUrl), {
    method: 'POST',
    headers: { 'x-gitlab-token': secretToken, 'content-length': 26 * 1024 * 1024 + 1 },
  })
  request.on('error', () => {}) // the connection is closed under it
  request.flushHeaders()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  assert.equal(response.statusCode, 413)
  request.destroy()
  assert.equal(await countOn(stack, stack.names.topic('push')), before)
})

test('a burst of hooks is published completely, in order for each connection and key', async () => {
  const [connections, hooksEach, projects] = [20, 150, 7]
  const hookOf = (connection: number, number: number) => ({
    id: `burst-${connection}-${number}`,
    project: 1000 + ((connection + number) % projects),
  })
  const hooks = Array.from({ length: connections }, (_, connection) =>
    Array.from({ length: hooksEach }, (_, number) => hookOf(connection, number)),
  )
  const answers = await Promise.all(
    hooks.map((ofConnection) =>
      pipeline(ofConnection.map(({ id, project }) => ({ id, body: pushOf(project) }))),
    ),
  )
  const answered = answers.flat()
  const sent = hooks.flat().map(({ id }) => id)
  assert.deepEqual(answered.map(({ id }) => id).sort(), sent.sort())

  const copies = await eventually(async () => {
    const found = (await messagesOn(stack, stack.names.topic('push'))).filter(({ headers }) =>
      headers.ce_id?.startsWith('burst-'),
    )
    const byId = Map.groupBy(found, ({ headers }) => String(headers.ce_id))
    assert.equal(byId.size, connections * hooksEach)
    return byId
  })
  // A hook that was answered 202 may be on its topic twice, if a request timed out and the brokers had taken
  // it all the same. Then the first record counts.
  for (const { id, status } of answered) if (status === 200) assert.equal(copies.get(id)?.length, 1, id)
  const messages = [...copies.values()].flatMap(([first]) => first ?? [])
  const byConnectionAndKey = Map.groupBy(
    messages,
    ({ key, headers }) => `${headers.ce_id?.split('-')[1]} ${key}`,
  )
  assert.equal(byConnectionAndKey.size, connections * projects)
  for (const [name, ordered] of byConnectionAndKey) {
    const numbers = ordered.map(({ headers }) => Number(headers.ce_id?.split('-')[2]))
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
      `connection and key ${name}`,
    )
  }
  for (const [key, ofKey] of Map.groupBy([...copies.values()].flat(), (message) => message.key)) {
    assert.equal(new Set(ofKey.map(({ partition }) => partition)).size, 1, `project ${key} in one partition`)
  }
})

test('every outcome of a hook is counted', async () => {
  const metrics = await (await fetch(metricsUrl)).text()
  const counted = (series: string) =>
    Number(new RegExp(`^gitlab_bridge_${series} (\\d+)$`, 'm').exec(metrics)?.[1])
  const [published, spooled] = [
    counted('ingress_hooks_total\\{outcome="published"\\}'),
    counted('ingress_hooks_total\\{outcome="spooled"\\}'),
  ]
  assert.ok(published > 0 && published + spooled >= 3000)
  assert.equal(counted('ingress_hooks_total\\{outcome="quarantined"\\}'), 2)
  assert.equal(counted('ingress_hooks_total\\{outcome="unknown"\\}'), 1)
  assert.equal(counted('ingress_hooks_total\\{outcome="unauthenticated"\\}'), 3)
  assert.equal(counted('ingress_hooks_total\\{outcome="too_large"\\}'), 1)
})

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

interface Answered {
  id: string
  status: number
}

/**
 * Posts hooks on one connection without waiting for answers in between;
 * resolves to those that were answered 200 or 202, in order.
 */
const pipeline = (hooks: readonly { id: string; body: Buffer }[]): Promise<Answered[]> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(String(hookUrl))
    const socket = connect({ host: hostname, port: Number(port) })
    let received = ''
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      received += chunk
      if (received.split('HTTP/1.1 ').length - 1 < hooks.length || !received.endsWith('}')) return
      socket.destroy()
      resolve(
        [...received.matchAll(/HTTP\/1\.1 (20[02]) [^{]*\{[^}]*"id":"([^"]+)"\}/g)].map(
          ([, status, id = '']) => ({ id, status: Number(status) }),
        ),
      )
    })
    for (const { id, body } of hooks) {
      socket.write(
        `POST /hooks HTTP/1.1\r\nHost: bridge\r\nX-Gitlab-Token: ${secretToken}\r\n` +
          `Idempotency-Key: ${id}\r\nContent-Length: ${body.length}\r\n\r\n`,
      )
      socket.write(body)
    }
  })
