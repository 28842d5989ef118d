// Channels behind the chat notifier: bursts, two processes, failures, and changes of state.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { chatNotifier } from '../../consumers/chat-notifier/chat-notifier.ts'
import type { Consumer } from '../../consumers/consumer.ts'
import { pauseDestinations, resumeDestination } from '../../consumers/delivery/outbox/destination-state.ts'
import { readSizes } from '../../consumers/delivery/outbox/sizes.ts'
import { createReadPool } from '../../lib/database.ts'
import { isSoak } from '../helpers/faults/outage.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { startWorkerInProcess } from '../helpers/process/worker-in-process.ts'
import { post } from '../helpers/records/hooks.ts'
import { publishPushes } from '../helpers/records/publish-pushes.ts'
import { fixture } from '../helpers/records/samples.ts'
import { checkRequest } from '../helpers/servers/chat/check-requests.ts'
import { type ReceivedRequest, startReceiver } from '../helpers/servers/chat/start-receiver.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const worker = chatNotifier as unknown as Consumer
const stack = await openWorkerStack('chat-notifier', [worker])
const ingress = await stack.startIngress()
const store = { pool: createReadPool(stack.databaseUrl, 'chat-notifier-test', 1), schema: 'chat_notifier' }
after(() => store.pool.end())
const visibility = ['public', 'internal', 'private']

const startSlack = async (t: TestContext) => {
  const receiver = await startReceiver(({ method, headers, body }) =>
    checkRequest.slack({ method, headers, body: body.toString() }),
  )
  t.after(receiver.close)
  return receiver
}

/** The outboxes of all tests are in one database, so that each destination has a name of its own. */
const unique = (name: string) => `${name}-${randomBytes(4).toString('hex')}`

const routesFile = async (destinations: Record<string, object>, routes: readonly object[]) => {
  const file = join(await stack.temporaryFolder(), 'routes.yaml')
  await writeFile(file, JSON.stringify({ destinations, routes }), { mode: 0o600 })
  return file
}

const start = async (t: TestContext, file: string) => {
  const running = await startWorkerInProcess(stack, worker, {
    DATABASE_URL: stack.databaseUrl,
    ROUTES_FILE: file,
  })
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.stop())
  t.after(stop)
  await eventually(async () => assert.match(await running.ready(), /^200/))
  return { ...running, stop }
}

const textOf = ({ body }: ReceivedRequest): string => JSON.parse(body.toString()).text
/** How many events a message is about. */
const eventsIn = (request: ReceivedRequest): number => {
  const [, digest] = /(\d+) events?\*? from/.exec(textOf(request)) ?? []
  return digest === undefined ? 1 : Number(digest)
}
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)

test('500 messages to a channel that allows one at a time are all in messages and digests', async (t) => {
  const slack = await startSlack(t)
  const name = unique('burst')
  // The time is scaled: one message in 20 ms, and in a soak run one in a second.
  const pauseMs = isSoak ? 1000 : 20
  let last = 0
  slack.behave(({ at }) => {
    if (at - last < pauseMs) return { status: 429, headers: { 'retry-after': '0' } }
    last = at
    return { status: 200, body: 'ok' }
  })
  const to = { type: 'slack', url: slack.url, allow_private: true, messages_per_minute: isSoak ? 60 : 2000 }
  const running = await start(
    t,
    await routesFile({ [name]: to }, [{ to: name, events: ['push'], visibility }]),
  )
  await publishPushes(stack, 500, { prefix: name })
  await eventually(() => assert.equal(sum(slack.taken.map(eventsIn)), 500))
  const settled = async (outcome: string) =>
    running.metric(`outbox_settled_total{destination="${name}",outcome="${outcome}"}`)
  await eventually(async () => assert.equal((await settled('message')) + (await settled('digest')), 500))
  assert.ok(slack.taken.length < 500, `${slack.taken.length} messages`)
})

test('a channel that is resumed with a digest gets one message about each 500 that waited', async (t) => {
  const slack = await startSlack(t)
  const name = unique('resumed')
  const to = { type: 'slack', url: slack.url, allow_private: true, messages_per_minute: 60_000 }
  await pauseDestinations(store, [name], 'paused', 'the channel moves')
  await start(t, await routesFile({ [name]: to }, [{ to: name, events: ['push'], visibility }]))
  await publishPushes(stack, 501, { prefix: name })
  await eventually(async () => {
    const size = (await readSizes(store)).find(({ destination }) => destination === name)
    assert.equal(Number(size?.waiting), 501)
  })
  assert.equal(await resumeDestination(store, name, 'digest'), 501)
  await eventually(() => assert.deepEqual(slack.taken.map(eventsIn), [500, 1]))
})

test('two processes and a rebalance in a burst of 1,000 announce each fact once', async (t) => {
  const slack = await startReceiver()
  t.after(slack.close)
  const name = unique('pair')
  const fields = { events: '{{events}}' }
  const to = { type: 'json', url: slack.url, allow_private: true, messages_per_minute: 60_000, fields }
  const file = await routesFile({ [name]: to }, [{ to: name, events: ['push'], visibility }])
  const first = await start(t, file)
  await publishPushes(stack, 600, { prefix: name })
  await start(t, file)
  await publishPushes(stack, 400, { prefix: name, from: 600 })
  const told = () => sum(slack.taken.map(({ body }) => Number(JSON.parse(body.toString()).events)))
  await eventually(() => assert.ok(told() > 300))
  await first.stop()
  // A fact that was announced twice would make the sum larger.
  await eventually(() => assert.equal(told(), 1000))
})

test('a channel that is down or slow does not affect the others, and keeps what it is owed', async (t) => {
  const [well, ill] = [await startSlack(t), await startSlack(t)]
  const [good, bad] = [unique('good'), unique('bad')]
  ill.behave((_, index) => (index === 0 ? 'hang' : { status: 503 }))
  const slackAt = (url: string) => ({
    type: 'slack',
    url,
    allow_private: true,
    timeout_seconds: 1,
    messages_per_minute: 60_000,
  })
  const file = await routesFile({ [good]: slackAt(well.url), [bad]: slackAt(ill.url) }, [
    { to: [good, bad], events: ['issue'], visibility },
  ])
  const running = await start(t, file)
  await post(ingress.hookUrl, fixture('issue').body)
  await eventually(() => assert.equal(well.taken.length, 1))
  await eventually(async () =>
    assert.equal(await running.metric(`outbox_destination_state{destination="${bad}",state="failing"}`), 1),
  )
  ill.behave(() => ({ status: 200 }))
  await eventually(() => assert.equal(ill.taken.length, 1))
})

test('a pipeline is told when the state of its branch changes, and a failed job every time', async (t) => {
  const slack = await startSlack(t)
  const name = unique('state')
  const to = { type: 'slack', url: slack.url, allow_private: true, messages_per_minute: 60_000 }
  const file = await routesFile({ [name]: to }, [{ to: name, events: ['pipeline', 'job'], visibility }])
  await start(t, file)
  const project = Math.floor(Math.random() * 1e9)
  const pipeline = (id: number, status: string) => {
    const body = JSON.parse(fixture('pipeline').body.toString())
    Object.assign(body.object_attributes, { id, status, ref: 'main', finished_at: null })
    body.project.id = project
    return post(ingress.hookUrl, JSON.stringify(body), { 'x-gitlab-event': 'Pipeline Hook' })
  }
  await pipeline(1, 'success')
  await pipeline(2, 'failed')
  await pipeline(3, 'failed')
  await pipeline(1, 'failed')
  await pipeline(4, 'success')
  await pipeline(5, 'success')
  await post(ingress.hookUrl, fixture('job_failed').body, { 'x-gitlab-event': 'Job Hook' })
  await eventually(() => assert.equal(slack.taken.length, 3))
  const texts = slack.taken.map(textOf)
  const of = (word: RegExp) => texts.filter((text) => word.test(text))
  assert.equal(
    of(/Pipeline #2.* failed/).length || of(/#2> of .* failed/).length || of(/#2.*failed/).length,
    1,
  )
  assert.equal(of(/#4.*is fixed/).length, 1)
  assert.equal(of(/^❌ Job /).length, 1)
})

test('a running worker reads changed routes, and keeps the old ones when the file has a fault', async (t) => {
  const [first, second] = [await startSlack(t), await startSlack(t)]
  const [one, two] = [unique('before'), unique('after')]
  const to = (url: string) => ({ type: 'slack', url, allow_private: true, messages_per_minute: 60_000 })
  const route = (name: string) => ({ to: name, events: ['release'], visibility })
  const file = await routesFile({ [one]: to(first.url) }, [route(one)])
  const running = await start(t, file)
  let id = 0
  const postRelease = () => {
    id += 1
    const release = { ...JSON.parse(fixture('release').body.toString()), id, name: `v${id}` }
    return post(ingress.hookUrl, JSON.stringify(release), { 'x-gitlab-event': 'Release Hook' })
  }
  const failures = () => running.lines.filter(({ message }) => /routes/.test(message)).length
  const before = failures()
  const both = { destinations: { [one]: to(first.url), [two]: to(second.url) }, routes: [route(two)] }
  await writeFile(file, JSON.stringify(both))
  // Nobody is told when the file is read, so that releases are posted until one goes the new way.
  await eventually(async () => {
    await postRelease()
    assert.ok(second.taken.length > 0)
  })
  assert.equal(await running.metric(`outbox_messages{destination="${two}",state="dead"}`), 0)
  await writeFile(file, JSON.stringify({ ...both, routes: [{ to: 'nowhere', visibility }] }))
  await eventually(() => assert.ok(failures() > before))
  await postRelease()
  const isLast = (request: ReceivedRequest) => new RegExp(`v${id}\\b`).test(textOf(request))
  await eventually(() => assert.ok(second.taken.some(isLast)))
  assert.ok(!first.taken.some(isLast))
})
