// Every kind of destination against every fault: nothing is lost, and nothing changes its order.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chatNotifier } from '../../consumers/chat-notifier/chat-notifier.ts'
import type { Consumer } from '../../consumers/consumer.ts'
import { hookForwarder } from '../../consumers/hook-forwarder/hook-forwarder.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { startWorkerInProcess } from '../helpers/process/worker-in-process.ts'
import { publishPushes } from '../helpers/records/publish-pushes.ts'
import { checkHook, checkRequest, checkSms } from '../helpers/servers/chat/check-requests.ts'
import {
  type Behaviour,
  type ReceivedRequest,
  startReceiver,
} from '../helpers/servers/chat/start-receiver.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const workers = [chatNotifier, hookForwarder] as unknown as Consumer[]
const stack = await openWorkerStack('destination-faults', workers)

interface Service {
  /** The settings of the destination without its address. */
  settings: object
  check(sent: { method: string; headers: Readonly<Record<string, unknown>>; body: string }): void
  /** What is answered when a request was taken. Default: an empty answer. */
  answer?: string
  /** By what the service recognises a repeat; undefined where it cannot. */
  repeatId?(request: ReceivedRequest): unknown
}

const byKey = ({ headers }: ReceivedRequest) => headers['idempotency-key']
const services: Readonly<Record<string, Service>> = {
  slack: { settings: { type: 'slack' }, check: checkRequest.slack, answer: 'ok' },
  mattermost: { settings: { type: 'mattermost' }, check: checkRequest.mattermost, answer: 'ok' },
  teams: { settings: { type: 'teams' }, check: checkRequest.teams },
  matrix: {
    settings: { type: 'matrix', token: 'a-token', room: '!room:example.com' },
    check: checkRequest.matrix,
    answer: '{"event_id":"$posted"}',
    repeatId: ({ path }) => path,
  },
  discord: { settings: { type: 'discord' }, check: checkRequest.discord, answer: '{"id":"1"}' },
  json: { settings: { type: 'json' }, check: checkRequest.json, repeatId: byKey },
  sms: {
    settings: {
      ...{ type: 'json', format: 'form', headers: { authorization: 'Basic bm90OnJlYWw=' } },
      fields: { To: '+4915112345678', Body: '{{text}}' },
    },
    check: checkSms,
    repeatId: byKey,
  },
  forward: {
    settings: { type: 'forward', token: 'a-token-of-the-receiver' },
    check: checkHook,
    repeatId: byKey,
  },
}

/** What a service does with one request, and whether it takes the message. */
const faults: readonly { name: string; does: Behaviour; effect: 'none' | 'taken' | 'taken twice' }[] = [
  { name: 'too many', does: { status: 429, headers: { 'retry-after': '1' } }, effect: 'none' },
  { name: 'unwell', does: { status: 503, body: 'unwell' }, effect: 'none' },
  { name: 'no answer', does: 'hang', effect: 'none' },
  { name: 'slow', does: { status: 200, afterMs: 600 }, effect: 'taken' },
  { name: 'stored and cut', does: 'cut', effect: 'taken twice' },
]
const pushes = 8

const openService = async (name: string) => {
  const service = services[name] ?? assert.fail(name)
  const receiver = await startReceiver(({ method, headers, body }) =>
    service.check({ method, headers, body: body.toString() }),
  )
  after(receiver.close)
  // One fault is for every second request, so that each is followed by a good one.
  receiver.behave((_, index) => {
    const { does = { status: 200 } } = (index % 2 === 0 && faults[index / 2]) || {}
    return typeof does === 'object' && does.status === 200 ? { body: service.answer ?? '', ...does } : does
  })
  await receiver.refuse()
  const pace = { messages_per_minute: 60_000, digest_from: 1000 }
  const isChat = !('token' in service.settings && name === 'forward')
  const url = `${receiver.url}/`
  const settings = { ...service.settings, url, allow_private: true, timeout_seconds: 3 }
  return {
    name,
    service,
    receiver,
    settings: isChat ? { ...settings, ...pace } : { ...settings, order: 'project' },
  }
}

/** The number of the push that a request is about. */
const numberIn = ({ headers, body }: ReceivedRequest): number => {
  const text = `${body.toString()} ${headers['webhook-id']}`
  return Number(/fault[\\-]+(\d+)/.exec(text)?.[1] ?? assert.fail(text.slice(0, 300)))
}

test('every service gets every message once and in order, whatever it or another one does', async () => {
  const opened = await Promise.all(Object.keys(services).map(openService))
  const destinations = Object.fromEntries(opened.map(({ name, settings }) => [name, settings]))
  const route = { to: Object.keys(services), events: ['push'], visibility: ['public', 'internal', 'private'] }
  const file = join(await stack.temporaryFolder(), 'routes.yaml')
  // The id of the delivery is in every message.
  const template = '{{record.delivery.id}}'
  await writeFile(file, JSON.stringify({ destinations, routes: [{ ...route, template }] }), { mode: 0o600 })
  const running = await Promise.all(
    workers.map((worker) =>
      startWorkerInProcess(stack, worker, { DATABASE_URL: stack.databaseUrl, ROUTES_FILE: file }),
    ),
  )
  for (const worker of running) after(() => worker.stop())
  const failing = async (name: string) => {
    const of = running[name === 'forward' ? 1 : 0]
    return of?.metric(`outbox_destination_state{destination="${name}",state="failing"}`)
  }
  await publishPushes(stack, pushes, { prefix: 'fault', projects: 1 })
  // Nobody listens yet: the connections are refused.
  for (const { name } of opened) await eventually(async () => assert.equal(await failing(name), 1, name))
  for (const { receiver } of opened) await receiver.accept()
  const wanted = Array.from({ length: pushes }, (_, number) => number)
  for (const { name, service, receiver } of opened) {
    const { repeatId = (request: ReceivedRequest) => receiver.taken.indexOf(request) } = service
    const told = () => [...new Map(receiver.taken.map((each) => [repeatId(each), numberIn(each)])).values()]
    await eventually(() => assert.deepEqual([...new Set(told())], wanted, name))
    // A service that cannot recognise a repeat tells one message twice: that whose connection was cut.
    const repeats = service.repeatId === undefined ? 1 : 0
    assert.equal(told().length, pushes + repeats, name)
    assert.equal(receiver.taken.length, pushes + 1, name)
    assert.equal(
      receiver.all.length,
      receiver.taken.length + faults.filter((each) => each.effect === 'none').length,
    )
  }
})
