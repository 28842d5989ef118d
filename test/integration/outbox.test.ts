// What an operator does with an outbox, and what a crash or a restored database does to it.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { isSetUp } from '../../cli/outbox/open-outbox.ts'
import { chatNotifier } from '../../consumers/chat-notifier/chat-notifier.ts'
import type { Consumer } from '../../consumers/consumer.ts'
import { countMissing } from '../../consumers/delivery/outbox/count-missing.ts'
import {
  pauseDestinations,
  readDestinations,
  resumeDestination,
} from '../../consumers/delivery/outbox/destination-state.ts'
import { discardDead, redriveDead, showMessages } from '../../consumers/delivery/outbox/inspect.ts'
import { readSizes } from '../../consumers/delivery/outbox/sizes.ts'
import { upkeep } from '../../consumers/delivery/outbox/upkeep.ts'
import { createReadPool, query } from '../../lib/database.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { startWorkerInProcess } from '../helpers/process/worker-in-process.ts'
import { publishPushes } from '../helpers/records/publish-pushes.ts'
import { type Receiver, startReceiver } from '../helpers/servers/chat/start-receiver.ts'
import { openWorkerStack } from '../helpers/servers/worker-stack.ts'

const worker = chatNotifier as unknown as Consumer
const stack = await openWorkerStack('outbox', [worker])
const store = { pool: createReadPool(stack.databaseUrl, 'test', 2), schema: 'chat_notifier' }
after(() => store.pool.end())

/** A destination of the type `json` whose requests say how many events they are about. */
interface Channel extends Receiver {
  name: string
  env: { ROUTES_FILE: string; DATABASE_URL: string }
  /** How many events each request was about. */
  told(): number[]
  listed(): Promise<{ state: string; waiting: number; dead: number } | undefined>
}

const openChannel = async (t: TestContext, path = '', timeout_seconds = 1): Promise<Channel> => {
  const receiver = await startReceiver()
  t.after(receiver.close)
  const name = `channel-${randomBytes(4).toString('hex')}`
  const fields = { events: '{{events}}' }
  const url = `${receiver.url}/${path}`
  const to = {
    type: 'json',
    url,
    allow_private: true,
    messages_per_minute: 60_000,
    timeout_seconds,
    fields,
  }
  const route = { to: name, events: ['push'], visibility: ['public', 'internal', 'private'] }
  const file = join(await stack.temporaryFolder(), 'routes.yaml')
  await writeFile(file, JSON.stringify({ destinations: { [name]: to }, routes: [route] }), { mode: 0o600 })
  return {
    ...receiver,
    name,
    env: { ROUTES_FILE: file, DATABASE_URL: stack.databaseUrl },
    told: () => receiver.taken.map(({ body }) => Number(JSON.parse(body.toString()).events)),
    listed: async () => {
      const size = (await readSizes(store)).find(({ destination }) => destination === name)
      return size && { state: size.state, waiting: Number(size.waiting), dead: Number(size.dead) }
    },
  }
}

const start = async (t: TestContext, channel: Channel) => {
  const running = await startWorkerInProcess(stack, worker, channel.env)
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.stop())
  t.after(stop)
  return { ...running, stop }
}

/** Each call publishes pushes that no earlier call has published. */
let published = 0
const publish = (count: number) => publishPushes(stack, count, { prefix: `outbox-${++published}` })

test('a paused channel keeps its messages, and sends, digests or discards them as it is told', async (t) => {
  const channel = await openChannel(t)
  await start(t, channel)
  const pauseWith = async (count: number) => {
    await pauseDestinations(store, [channel.name], 'paused', 'a test')
    await publish(count)
    await eventually(async () => assert.equal((await channel.listed())?.waiting, count))
    assert.equal((await channel.listed())?.state, 'paused')
  }
  await pauseWith(3)
  assert.deepEqual(channel.told(), [])
  assert.equal(await resumeDestination(store, channel.name, 'send'), 3)
  await eventually(() => assert.deepEqual(channel.told(), [1, 1, 1]))
  await pauseWith(4)
  await resumeDestination(store, channel.name, 'digest')
  await eventually(() => assert.deepEqual(channel.told(), [1, 1, 1, 4]))
  await pauseWith(2)
  await resumeDestination(store, channel.name, 'discard')
  await publish(1)
  await eventually(() => assert.deepEqual(channel.told(), [1, 1, 1, 4, 1]))
})

test('what is discarded during a call stays discarded when the call fails', async (t) => {
  const channel = await openChannel(t)
  channel.behave(() => 'hang')
  await start(t, channel)
  await publish(1)
  await eventually(() => assert.equal(channel.all.length, 1))
  await resumeDestination(store, channel.name, 'discard')
  await eventually(async () => {
    const own = (await readDestinations(store)).find(({ destination }) => destination === channel.name)
    assert.equal(own?.failures, 1)
  })
  channel.behave(() => ({ status: 200 }))
  await publish(1)
  await eventually(() => assert.deepEqual(channel.told(), [1]))
  assert.equal(channel.all.length, 2)
})

test('upkeep adds up what was settled, and what is lost before is missing', async (t) => {
  const channel = await openChannel(t)
  await start(t, channel)
  const missing = async () =>
    (await countMissing(store)).find(({ destination }) => destination === channel.name)?.missing
  await publish(3)
  await eventually(async () => assert.equal((await channel.listed())?.waiting, 0))
  await eventually(() => assert.equal(channel.told().length, 3))
  assert.equal(await missing(), 0)
  const age = `update chat_notifier.messages
    set settled_at = settled_at - $2::interval where destination = $1`
  const forget = `update chat_notifier.destinations
    set settled_until = '-infinity' where destination = $1`
  await query(store.pool, forget, [channel.name])
  for (const by of ['11 minutes', '8 days']) {
    await query(store.pool, age, [channel.name, by])
    await upkeep(store)
    assert.equal(await missing(), 0, by)
  }
  await pauseDestinations(store, [channel.name], 'paused', 'a test')
  await publish(2)
  await eventually(async () => assert.equal((await channel.listed())?.waiting, 2))
  const lose = `delete from chat_notifier.messages
    where id = (select max(id) from chat_notifier.messages where destination = $1)`
  await query(store.pool, lose, [channel.name])
  assert.equal(await missing(), 1)
})

test('dead letters have a limit, beyond which a redrive reads them from Kafka', async (t) => {
  const channel = await openChannel(t)
  await start(t, channel)
  channel.behave(() => ({ status: 422 }))
  await publish(3)
  await eventually(async () => assert.equal((await channel.listed())?.dead, 3))
  // What is dead takes no room of what waits.
  assert.equal((await readSizes(store)).find(({ destination }) => destination === channel.name)?.bytes, '0')
  await upkeep(store, { maxMessages: 1, maxBytes: 1024 ** 3 })
  const shown = await showMessages(store, channel.name, 10)
  assert.deepEqual(
    shown.map(({ content }) => content === null),
    [true, true, false],
  )
  channel.behave(() => ({ status: 200 }))
  assert.equal(await redriveDead(store, channel.name), 3)
  await eventually(() => assert.deepEqual(channel.told(), [1, 1, 1]))
  assert.equal(await isSetUp({ ...store, schema: 'no_such_worker' }), false)
})

test('dead letters show the answer without a secret, and are sent again or dropped', async (t) => {
  const channel = await openChannel(t, 'hooks/a-long-secret')
  await start(t, channel)
  const url = `${channel.url}/hooks/a-long-secret`
  channel.behave(() => ({ status: 422, body: `there is no channel behind ${url}` }))
  await publish(2)
  await eventually(async () => assert.equal((await channel.listed())?.dead, 2))
  const [dead] = await showMessages(store, channel.name, 10)
  assert.equal(dead?.answer?.status, 422)
  assert.match(dead?.answer?.text ?? '', /^there is no channel behind/)
  assert.doesNotMatch(JSON.stringify(await showMessages(store, channel.name, 10)), /a-long-secret/)
  channel.behave(() => ({ status: 200 }))
  assert.equal(await redriveDead(store, channel.name), 2)
  await eventually(() => assert.deepEqual(channel.told(), [1, 1]))
  channel.behave(() => ({ status: 422 }))
  await publish(1)
  await eventually(async () => assert.equal((await channel.listed())?.dead, 1))
  assert.equal(await discardDead(store, channel.name), 1)
  assert.deepEqual((await channel.listed())?.dead, 0)
})

test('after a restored database a channel is paused until somebody says what becomes of it', async (t) => {
  const channel = await openChannel(t)
  const first = await start(t, channel)
  await publish(3)
  await eventually(() => assert.equal(channel.told().length, 3))
  await eventually(async () => assert.equal((await channel.listed())?.waiting, 0))
  await first.stop()
  // The backup is older than these messages.
  await query(store.pool, 'delete from chat_notifier.messages where destination = $1', [channel.name])
  const topic = stack.names.topic('push')
  const positions = () =>
    query(
      store.pool,
      'select kafka_partition, next_offset from chat_notifier.positions where topic = $1 order by 1',
      [topic],
    )
  const before = await positions()
  await query(store.pool, 'update chat_notifier.positions set next_offset = 0 where topic = $1', [topic])
  await start(t, channel)
  await eventually(async () => assert.equal((await channel.listed())?.state, 'restored'))
  // Also the pushes of the tests above come again. One that came after the resume would be sent.
  await eventually(async () => assert.deepEqual(await positions(), before))
  assert.ok(((await channel.listed())?.waiting ?? 0) >= 3)
  assert.equal(channel.told().length, 3)
  await resumeDestination(store, channel.name, 'discard')
  await publish(1)
  await eventually(() => assert.equal(channel.told().length, 4))
  assert.equal((await channel.listed())?.state, 'active')
})

test('a kill during a call repeats that one message under its id, and this is counted', async (t) => {
  // The request must still hang when the process is killed.
  const channel = await openChannel(t, '', 60)
  channel.behave((_, index) => (index === 0 ? 'hang' : { status: 200 }))
  const killed = await stack.startReady(['consumer', 'chat-notifier'], {
    ...channel.env,
    CONSUMER_SESSION_SECONDS: '6',
  })
  await publish(3)
  // A record that the worker of the test before had in hand at its end may come again, for this channel too.
  await eventually(async () => assert.ok(Number((await channel.listed())?.waiting) >= 3))
  await eventually(() => assert.equal(channel.all.length, 1))
  killed.kill('SIGKILL')
  await killed.exited
  // The lease of the process that is gone would expire by itself after half a minute.
  await query(store.pool, 'update chat_notifier.lanes set expires_at = now() where destination = $1', [
    channel.name,
  ])
  const running = await start(t, channel)
  await eventually(async () => assert.equal((await channel.listed())?.waiting, 0))
  assert.ok(channel.told().length >= 3)
  assert.equal(channel.all.length, channel.told().length + 1)
  const [before, repeated] = channel.all.map(({ headers }) => headers['idempotency-key'])
  assert.equal(repeated, before)
  assert.equal(await running.metric(`outbox_repeats_total{destination="${channel.name}"}`), 1)
})
