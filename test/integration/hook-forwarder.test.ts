// What receivers behind the forwarder get: a real one that verifies signatures, and one that expects a token.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import type { Consumer } from '../../consumers/consumer.ts'
import { pauseDestinations, resumeDestination } from '../../consumers/delivery/outbox/destination-state.ts'
import { showMessages } from '../../consumers/delivery/outbox/inspect.ts'
import { hookForwarder } from '../../consumers/hook-forwarder/hook-forwarder.ts'
import { createReadPool, query } from '../../lib/database.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { startWorkerInProcess } from '../helpers/process/worker-in-process.ts'
import { post } from '../helpers/records/hooks.ts'
import { fixture } from '../helpers/records/samples.ts'
import { startReceiver } from '../helpers/servers/chat/start-receiver.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const worker = hookForwarder as unknown as Consumer
const stack = await openWorkerStack('hook-forwarder', [worker])
const signingSecret = `whsec_${randomBytes(24).toString('base64')}`
const [byToken, bySignature, dead] = [await startReceiver(), await startReceiver(), await startReceiver()]
after(() => Promise.all([byToken.close(), bySignature.close(), dead.close()]))
dead.behave(() => 'hang')

const file = join(await stack.temporaryFolder(), 'routes.yaml')
const forward = (url: string, proof: object) => ({ type: 'forward', url, allow_private: true, ...proof })
await writeFile(
  file,
  JSON.stringify({
    destinations: {
      token: forward(`${byToken.url}/ci`, {
        token: 'the-token-of-ci',
        // One of GitLab's own headers cannot be replaced.
        headers: { 'X-For-The-Proxy': 'of this destination', 'X-Gitlab-Event': 'Other Hook' },
      }),
      signature: forward(`${bySignature.url}/mirror`, { signing_secret: signingSecret }),
      dead: forward(dead.url, { token: 'a-token' }),
    },
    routes: [{ to: ['token', 'signature', 'dead'], visibility: ['public', 'internal', 'private'] }],
  }),
  { mode: 0o600 },
)
const { hookUrl } = await stack.startIngress()
const running = await startWorkerInProcess(stack, worker, {
  DATABASE_URL: stack.databaseUrl,
  ROUTES_FILE: file,
})
after(() => running.stop())

/** What GitLab 19 sends, besides the headers of the connection, its token and the type of the content. */
const headersOfGitlab = {
  'user-agent': 'GitLab/19.4.0',
  'idempotency-key': 'key-1',
  'webhook-id': 'key-1',
  'webhook-timestamp': '1790000000',
  'x-gitlab-event': 'Push Hook',
  'x-gitlab-event-uuid': '7f1d0c7e-4f0b-4e0a-9d0e-3a1c5b2f8e64',
  'x-gitlab-instance': 'https://git.nordlicht.example',
  'x-gitlab-webhook-uuid': '1c9e2d4b-8a6f-4f57-b3c1-6d2e9f0a7b35',
  // A proxy can add it. The record and the request of the worker continue this trace.
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}

test('a receiver gets exactly the bytes and headers of GitLab, with the token that it expects', async () => {
  const { body } = fixture('push')
  // Spaces, escapes and the order of keys must survive.
  const odd = Buffer.from(body.toString().replace('{', '{ \n\t"zz_unknown": "\\u00e9\\/",'))
  await post(hookUrl, odd, headersOfGitlab)
  await eventually(() => assert.equal(byToken.taken.length, 1))
  const [request] = byToken.taken
  assert.ok(request?.body.equals(odd))
  const { host, connection, 'content-length': length, ...got } = request?.headers ?? {}
  assert.deepEqual(got, {
    ...headersOfGitlab,
    'content-type': 'application/json',
    'x-gitlab-token': 'the-token-of-ci',
    'x-for-the-proxy': 'of this destination',
  })
  assert.equal(length, String(odd.length))
})

test('a receiver with the package standardwebhooks verifies a hook, and refuses a changed one', async () => {
  await eventually(() => assert.equal(bySignature.taken.length, 1))
  const [request] = bySignature.taken
  const webhook = new Webhook(signingSecret)
  const headers = request?.headers as Record<string, string>
  assert.equal(headers['x-gitlab-event-uuid'], headersOfGitlab['x-gitlab-event-uuid'])
  assert.notEqual(headers['webhook-timestamp'], headersOfGitlab['webhook-timestamp'])
  assert.deepEqual(webhook.verify(String(request?.body), headers), JSON.parse(String(request?.body)))
  assert.throws(() => webhook.verify(`${request?.body} `, headers), /No matching signature/)
})

test('the hooks of a project keep their order while a receiver fails, and none is lost', async () => {
  const before = byToken.taken.length
  byToken.behave((_, index) =>
    index % 3 === 0 ? { status: 503, headers: { 'retry-after': '0' } } : { status: 200 },
  )
  const ids = Array.from({ length: 8 }, (_, index) => `ordered-${index}`)
  for (const id of ids) await post(hookUrl, fixture('push').body, { 'idempotency-key': id })
  await eventually(() => assert.equal(byToken.taken.length - before, ids.length))
  assert.deepEqual(
    byToken.taken.slice(before).map(({ headers }) => headers['webhook-id']),
    ids,
  )
})

test('a hook whose connection is cut comes again, and a refused one is a dead letter', async () => {
  let cut = false
  bySignature.behave(({ headers }) => {
    if (headers['webhook-id'] === 'refused') return { status: 422, body: 'no such project' }
    if (headers['webhook-id'] !== 'cut' || cut) return { status: 204 }
    cut = true
    return 'cut'
  })
  for (const id of ['cut', 'refused', 'next'])
    await post(hookUrl, fixture('push').body, { 'idempotency-key': id })
  const taken = () => bySignature.taken.map(({ headers }) => headers['webhook-id'])
  await eventually(() => assert.ok(taken().includes('next')))
  assert.equal(taken().filter((id) => id === 'cut').length, 2)
  assert.ok((await running.metric('outbox_repeats_total{destination="signature"}')) >= 1)
  await eventually(async () =>
    assert.equal(await running.metric('outbox_messages{destination="signature",state="dead"}'), 1),
  )
  // The destination that never answers has kept all of them and delayed nobody.
  assert.ok((await running.metric('outbox_messages{destination="dead",state="waiting"}')) >= 12)
})

const store = { pool: createReadPool(stack.databaseUrl, 'test', 2), schema: 'hook_forwarder' }
after(() => store.pool.end())
const waitingFor = async (destination: string) => {
  const [row] = await query<{ count: string }>(
    store.pool,
    `select count(*) from hook_forwarder.messages where destination = $1 and state in ('waiting', 'sending')`,
    [destination],
  )
  return Number(row?.count)
}

test('what a full outbox did not keep is read from Kafka, and what Kafka lost is a dead letter', async () => {
  byToken.behave(() => ({ status: 200 }))
  await eventually(async () => assert.equal(await waitingFor('token'), 0))
  const before = byToken.taken.length
  await pauseDestinations(store, ['token'], 'paused', 'a test')
  const odd = Buffer.from(fixture('push').body.toString().replace('{', '{\n\t"zz": "\\u00e9\\/", '))
  const large = Buffer.from(
    JSON.stringify({ ...JSON.parse(String(odd)), zz: randomBytes(400_000).toString('hex') }),
  )
  await post(hookUrl, odd, { ...headersOfGitlab, 'idempotency-key': 'full-1', 'webhook-id': 'full-1' })
  await post(hookUrl, large, { ...headersOfGitlab, 'idempotency-key': 'full-2', 'webhook-id': 'full-2' })
  await post(hookUrl, fixture('release').body, {
    'idempotency-key': 'full-3',
    'x-gitlab-event': 'Release Hook',
  })
  await eventually(async () => assert.equal(await waitingFor('token'), 3))
  // A full outbox keeps only the places of the records.
  await query(
    store.pool,
    `update hook_forwarder.messages set content = null, body = null, bytes = 0
      where destination = 'token' and state = 'waiting'`,
    [],
  )
  const topic = stack.names.topic('release')
  await withAdmin(stack.kafka, async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic)
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }))
    await admin.deleteTopicRecords({ topic, partitions })
  })
  await resumeDestination(store, 'token', 'send')
  await eventually(async () => assert.equal(await waitingFor('token'), 0))

  const [first, second] = byToken.taken.slice(before)
  assert.equal(byToken.taken.length - before, 2)
  assert.ok(first?.body.equals(odd) && second?.body.equals(large))
  assert.equal(first?.headers['webhook-id'], 'full-1')
  assert.equal(first?.headers['x-gitlab-event'], 'Push Hook')
  for (const each of [first, second])
    assert.equal(each?.headers['x-gitlab-event-uuid'], headersOfGitlab['x-gitlab-event-uuid'])
  assert.equal(first?.headers['x-gitlab-token'], 'the-token-of-ci')
  const [dead] = (await showMessages(store, 'token', 10)).filter(
    ({ delivery_id }) => delivery_id === 'full-3',
  )
  assert.equal(dead?.state, 'dead')
  assert.match(dead?.answer?.text ?? '', /not hold it any more: \S*gitlab\.release, partition \d, offset 0$/)
})
