// The feed with a real Kafka: bodies, exact resumption over kill -9, topics that are created again, tokens.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openSse, type SseClient } from '../helpers/feed/sse-client.ts'
import { openFeedStack } from '../helpers/feed/start-feed.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { post, pushOf, sample } from '../helpers/records/hooks.ts'
import { deleteTopics } from '../helpers/servers/delete-topics.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const { stack, ingress, port, url, startFeed, feed: first } = await openFeedStack('event-feed')
let feed = first

const clients: SseClient[] = []
after(() => {
  for (const client of clients) client.close()
})
const open = async (path: string, headers: Record<string, string> = {}) => {
  const client = await openSse(url + path, headers)
  clients.push(client)
  return client
}
const publish = async (project: number, mark: string, fields: Record<string, unknown> = {}) => {
  const body = pushOf(project, { message: mark, ...fields })
  const { body: answer } = await post(ingress.hookUrl, body)
  assert.equal(answer.outcome, 'published')
  return body.toString()
}
const marksOf = (client: Pick<SseClient, 'events'>): string[] =>
  client.events.filter(({ event }) => event === 'push').map(({ data }) => JSON.parse(data).message)
const stateOf = ({ events }: Pick<SseClient, 'events'>) =>
  events.filter(({ event }) => !['push', 'merge_request'].includes(event))

test('an event is the body that GitLab sent, with an id that has been sent on connect, too', async () => {
  const [all, filtered] = [await open('/sse/'), await open('/sse/push?project=nordlicht/*&author=isolheim')]
  await eventually(() => assert.notEqual(all.lastId(), ''))
  assert.equal(all.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  assert.equal(all.headers.get('cache-control'), 'no-cache, no-transform')
  assert.equal(all.headers.get('x-accel-buffering'), 'no')
  assert.equal(all.headers.get('content-encoding'), null)
  const before = all.lastId()
  const sent = sample('push').toString()
  await post(ingress.hookUrl, sent)
  await post(ingress.hookUrl, sample('merge_request'))
  const events = await all.until(({ length }) => length === 2)
  assert.deepEqual(events.map(({ event }) => event).sort(), ['merge_request', 'push'])
  assert.equal(events.find(({ event }) => event === 'push')?.data, sent)
  assert.ok(events.every(({ id }) => id !== before && id.length < 2048))
  await filtered.until(({ length }) => length === 1)
  assert.ok(filtered.lastId().length < 100, `${filtered.lastId().length}`)
})

test('after kill -9 a client that continues by its last id has every event once, in order', async () => {
  const client = await open('/sse/push')
  await eventually(() => assert.notEqual(client.lastId(), ''))
  const idle = await open('/sse/push?author=nobody')
  await eventually(() => assert.notEqual(idle.lastId(), ''))
  const sent: string[] = []
  const send = async (mark: string) => {
    sent.push(mark)
    await publish(sent.length % 3, mark)
  }
  for (let number = 0; number < 30; number += 1) await send(`before ${number}`)
  await client.until(() => marksOf(client).length >= 20)
  feed.kill('SIGKILL')
  await eventually(() => assert.ok(client.hasEnded()))
  for (let number = 0; number < 30; number += 1) await send(`meanwhile ${number}`)
  feed = await startFeed()
  const again = await open('/sse/push', { 'Last-Event-ID': client.lastId() })
  for (let number = 0; number < 5; number += 1) await send(`after ${number}`)
  await again.until(() => marksOf(client).length + marksOf(again).length >= sent.length)
  const received = [...marksOf(client), ...marksOf(again)]
  assert.deepEqual(received.toSorted(), sent.toSorted())
  const ofProject = (marks: string[], project: number) =>
    marks.filter((mark) => (sent.indexOf(mark) + 1) % 3 === project)
  for (const project of [0, 1, 2]) assert.deepEqual(ofProject(received, project), ofProject(sent, project))
  assert.deepEqual(
    stateOf(again).map(({ event, data }) => [event, data]),
    [['resumed', '{"basis":"offset"}']],
  )
  // A client that had seen no event continues by the id of its connect.
  const first = await open('/sse/push', { 'Last-Event-ID': idle.lastId() })
  await first.until(() => marksOf(first).length === sent.length)
})

test('since begins in the past, and the log is read where the memory does not reach', async () => {
  const all = await open('/sse/push?since=1h')
  await all.until(() => marksOf(all).includes('after 4'))
  const known = marksOf(all).length
  const fromStart = await open('/sse/push?since=2020-01-01')
  await fromStart.until(() => marksOf(fromStart).length === known)
  const none = await open(`/sse/push?since=${new Date(Date.now() + 1000).toISOString()}`)
  await publish(7, 'newer')
  assert.deepEqual((await none.until(() => marksOf(none).length === 1)).length, 1)
  assert.equal((await fetch(`${url}/sse/push?since=yesterday`)).status, 400)
})

test('an event of the feed has a record, and a summary, and a place where it is read again', async () => {
  const summary = await open('/sse/push?shape=summary&include=tests')
  const record = await open('/sse/push?shape=record')
  await publish(15, 'shapes')
  const [shown] = await summary.until(({ length }) => length === 1)
  const { sentence, topic, partition, offset, kind, who, project } = JSON.parse(shown?.data ?? '')
  assert.deepEqual([kind, who, project], ['genuine', 'isolheim', 'nordlicht/signal'])
  assert.match(sentence, /^Ingrid Solheim \(isolheim\) pushed 2 commits to the branch main/)
  const [decoded] = await record.until(({ length }) => length === 1)
  const read = await fetch(`${url}/records/${topic}/${partition}/${offset}`)
  assert.deepEqual(await read.json(), JSON.parse(decoded?.data ?? ''))
  assert.equal((await fetch(`${url}/records/${topic}/${partition}/${offset + 1000}`)).status, 404)
  assert.equal((await fetch(`${url}/records/${stack.names.canaryTopic}/0/0`)).status, 404)
})

test('tests of GitLab and confidential events are not in the stream', async () => {
  const client = await open('/sse/')
  const withTests = await open('/sse/push?include=tests')
  await eventually(() => assert.notEqual(client.lastId(), ''))
  const zero = '674f2ee575f0f2399ebbbcb6c36c9a3c2308a47c'
  await publish(3, 'a test', { before: zero, after: zero })
  await post(ingress.hookUrl, sample('issue_confidential'))
  await publish(3, 'not a test')
  await withTests.until(() => marksOf(withTests).length === 2)
  await client.until(() => marksOf(client).length === 1)
  assert.deepEqual(marksOf(client), ['not a test'])
  assert.equal((await fetch(`${url}/sse/confidential_issue`)).status, 403)
})

test('a browser that reached the feed by the name of another site is refused', async () => {
  const headers = { host: `evil.example:${port}` }
  const response = await new Promise<IncomingMessage>((resolve) => get(`${url}/`, { headers }, resolve))
  response.resume()
  assert.equal(response.statusCode, 403)
})

test('a topic that is created again ends the streams, and they continue by time', async () => {
  const client = await open('/sse/push')
  await eventually(() => assert.notEqual(client.lastId(), ''))
  await publish(5, 'seen')
  await client.until(() => marksOf(client).length === 1)
  const topic = stack.names.topic('push')
  await withAdmin(stack.kafka, (admin) => deleteTopics(admin, [topic]))
  await client.until(() => client.hasEnded())
  assert.deepEqual(
    stateOf(client).map(({ data }) => data),
    ['{"reason":"topics_changed"}'],
  )
  await stack.setUp()
  const reopen = (lastId: string) =>
    eventually(async () => {
      const next = await open('/sse/push', { 'Last-Event-ID': lastId })
      assert.equal(next.status, 200)
      return next
    })
  let again = await reopen(client.lastId())
  await publish(5, 'of the new topic')
  await eventually(async () => {
    // The topic that comes back is another change, which may end this stream, too.
    if (again.hasEnded()) again = await reopen(again.lastId())
    assert.ok(marksOf(again).includes('of the new topic'), JSON.stringify(again.events))
  }, 60_000)
  const [resumed] = stateOf(again)
  assert.partialDeepStrictEqual(JSON.parse(resumed?.data ?? ''), { basis: 'time', because: 'other_topics' })
})

test('with tokens a client sees what its token names, as long as the file has the token', async () => {
  const tokens = join(await stack.temporaryFolder(), 'tokens.yaml')
  const secret = 'a-token-of-the-dashboard'
  const write = (projects: string, rest = '') =>
    writeFileSync(
      tokens,
      `tokens: { dashboard: { token: ${secret}, projects: ['${projects}'], visibility: [private]${rest} } }`,
    )
  write('nordlicht/**')
  await feed.stop(10_000)
  feed = await startFeed({ EVENT_FEED_TOKENS_FILE: tokens, EVENT_FEED_TOKEN_MAX_CLIENTS: '2' })
  assert.equal((await fetch(`${url}/sse/`)).status, 401)
  assert.equal((await fetch(`${url}/sse/?token=${secret}`)).status, 401)
  const bearer = { Authorization: `Bearer ${secret}` }
  const signIn = await fetch(`${url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: secret }),
  })
  const cookie = signIn.headers.get('set-cookie') ?? ''
  assert.match(
    cookie,
    /^event_feed_session=dashboard\.\d+\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  )
  const [byHeader, byCookie] = [
    await open('/sse/push', bearer),
    await open('/sse/push', { Cookie: cookie.split(';')[0] ?? '' }),
  ]
  assert.deepEqual([byHeader.status, byCookie.status], [200, 200])
  assert.equal((await fetch(`${url}/sse/push`, { headers: bearer })).status, 429)
  const project = JSON.parse(sample('push').toString()).project
  await publish(1, 'other', { project: { ...project, path_with_namespace: 'other/x', visibility_level: 0 } })
  await publish(2, 'public', { project: { ...project, visibility_level: 20 } })
  await publish(3, 'not told', { project: { ...project, visibility_level: null } })
  for (const client of [byHeader, byCookie]) {
    await client.until(() => marksOf(client).length > 0)
    assert.deepEqual(marksOf(client), ['not told'])
  }
  write('elsewhere/**', ', expires_at: 2020-01-01T00:00:00Z')
  await eventually(async () => assert.equal((await fetch(`${url}/sse/`, { headers: bearer })).status, 401))
  await byCookie.until(() => byCookie.hasEnded())
  assert.equal(stateOf(byCookie).at(-1)?.data, '{"reason":"token_expired"}')
})
