import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { mock, type TestContext, test } from 'node:test'
import { startWorkerWith } from '../../../../consumers/runtime/worker.ts'
import { createWorkerLife } from '../../../../consumers/runtime/worker-life.ts'
import type { WorkerParts } from '../../../../consumers/runtime/worker-parts.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { freePort } from '../../../helpers/process/free-ports.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { waitUntil } from '../../../helpers/process/wait-until.ts'

/** Parts of a worker that need no servers, and what happened to them. */
const fakeParts = (port: number, replaced: Partial<WorkerParts> = {}) => {
  const happened: string[] = []
  const record = (name: string) => async () => void happened.push(name)
  const parts: WorkerParts = {
    ...createWorkerLife(),
    group: 'the-group',
    topics: ['gitlab.push'],
    settings: {
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: port,
      CONSUMER_SESSION_SECONDS: 45,
      CONSUMER_STALL_SECONDS: 120,
    } as WorkerParts['settings'],
    rebuilds: { inc: () => undefined },
    member: {
      start: record('joined'),
      replaceClient: record('replaced'),
      hasStarted: () => happened.includes('joined'),
      pause: () => undefined,
      resume: () => undefined,
      stop: async () => undefined,
      hasJoined: () => happened.includes('joined'),
      lastActivityAt: () => performance.now(),
      lastAnswerAt: () => performance.now(),
    },
    breaker: { state: () => 'closed', reason: () => undefined },
    degradedBy: () => undefined,
    calls: new Set(),
    connect: record('connected'),
    begin: record('begun'),
    checkOffsets: record('checked'),
    topicWatch: { unread: () => ({ missing: [], uncommitted: [] }), start: () => () => undefined },
    reachBrokers: async () => undefined,
    pollProgress: async () => 'moving',
    close: record('closed'),
    ...replaced,
  }
  const { logger, lines } = recordingLogger()
  const createParts = async () => parts
  const start = (stopSignal = new AbortController().signal) =>
    startWorkerWith({ settings: parts.settings, metrics: createMetrics(), createParts, logger, stopSignal })
  return { parts, happened, lines, start }
}

/** A port on which a server listens already. */
const takenPort = async (t: TestContext): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as { port: number }).port
}

const failing = (message: string) => () => Promise.reject(new Error(message))

for (const [title, replaced, message] of [
  ['the producer cannot connect', { connect: failing('no broker') }, /no broker/],
  ['there is a gap', { checkOffsets: failing('a gap') }, /a gap/],
  [
    'the member cannot join',
    { member: { ...fakeParts(0).parts.member, start: failing('no group') } },
    /no group/,
  ],
] as const) {
  test(`everything is closed and nothing listens when ${title}`, async () => {
    const port = await freePort()
    const { happened, start } = fakeParts(port, replaced)
    await assert.rejects(start(), message)
    assert.equal(happened.at(-1), 'closed')
    await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`), TypeError)
  })
}

test('a worker that cannot listen connects to nothing and joins no group', async (t) => {
  const { happened, start } = fakeParts(await takenPort(t))
  await assert.rejects(start(), { name: 'UsageError', message: /^METRICS_PORT: / })
  assert.deepEqual(happened, [])
})

test('the probes answer while the worker joins its group, and say so', async () => {
  const port = await freePort()
  const joining = Promise.withResolvers<void>()
  const { start, happened } = fakeParts(port, {
    member: {
      ...fakeParts(0).parts.member,
      start: () => joining.promise,
      hasJoined: () => happened.length > 3,
    },
  })
  const probe = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/${path}`)
    return `${answer.status} ${((await answer.json()) as { status: string }).status}`
  }
  const starting = start()
  await eventually(async () => assert.equal(await probe('readyz'), '503 joining'))
  assert.equal(await probe('livez'), '200 alive')
  happened.push('joined')
  joining.resolve()
  const running = await starting
  assert.equal(await probe('readyz'), '200 ready')
  await running.stop()
})

for (const [title, isJoined, wanted, line] of [
  ['has begun', true, ['replaced'], 'the brokers answer again, but not the Kafka client: it is replaced'],
  ['has not begun', false, [], 'the brokers answer again, and the worker goes on starting'],
] as const) {
  test(`brokers that return after the worker ${title} replace ${isJoined ? 'a' : 'no'} client`, async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const connecting = Promise.withResolvers<void>()
    let areAway = true
    let probes = 0
    const { happened, lines, parts, start } = fakeParts(0, {
      connect: () => (isJoined ? Promise.resolve() : connecting.promise),
      reachBrokers: async () => {
        probes += 1
        if (areAway) throw new Error('connection refused')
      },
    })
    Object.assign(parts.member, { lastActivityAt: () => -60_000, lastAnswerAt: () => -60_000 })
    const starting = start()
    t.after(async () => {
      connecting.resolve()
      await (await starting).stop()
    })
    if (isJoined) await starting
    await waitUntil(() => {
      t.mock.timers.tick(1000)
      return probes > 0
    })
    areAway = false
    const returned = () => lines.filter(({ message }) => message.startsWith('the brokers answer again'))
    await waitUntil(() => {
      t.mock.timers.tick(1000)
      return returned().length > 0
    })
    assert.deepEqual(
      returned().map(({ message }) => message),
      [line],
    )
    assert.deepEqual(
      happened.filter((each) => each === 'replaced'),
      wanted,
    )
  })
}

test('an error while closing does not hide the reason why the worker does not start', async () => {
  const { start } = fakeParts(0, { connect: failing('no broker'), close: failing('does not close') })
  await assert.rejects(start(), /no broker/)
})

test('a failure while the worker joins its group ends the start', async () => {
  const never = new Promise<void>(() => undefined)
  const { parts, start } = fakeParts(0, { member: { ...fakeParts(0).parts.member, start: () => never } })
  const starting = start()
  parts.fail(new Error('the topics are gone'))
  await assert.rejects(starting, /the topics are gone/)
})

test('a start is over when the worker must stop, although it has not joined its group', async () => {
  const never = new Promise<void>(() => undefined)
  const stopping = new AbortController()
  const { lines, happened, start } = fakeParts(0, {
    member: { ...fakeParts(0).parts.member, start: () => never },
  })
  const starting = start(stopping.signal)
  stopping.abort()
  await (await starting).stop()
  assert.ok(!lines.some(({ message }) => message === 'the worker is consuming'))
  assert.equal(happened.at(-1), 'closed')
})

test('a running worker says where its metrics are, and a stopped one listens no more', async () => {
  const { lines, start } = fakeParts(0)
  const running = await start()
  const consuming = lines.find(({ message }) => message === 'the worker is consuming')
  const url = String(consuming?.fields.metrics).replace('/metrics', '')
  assert.deepEqual(
    await Promise.all(['livez', 'readyz'].map(async (path) => (await fetch(`${url}/${path}`)).json())),
    [{ status: 'alive' }, { status: 'ready' }],
  )
  await running.stop()
  await assert.rejects(fetch(`${url}/livez`), TypeError)
})

test('a stop that takes too long names the reason: a handler, or the brokers', async (t) => {
  for (const [calls, reason] of [
    [new Set([{}]), /a handler does not end/],
    [new Set<object>(), /the brokers do not answer/],
  ] as const) {
    const { parts, start } = fakeParts(0, { calls, close: () => new Promise(() => undefined) })
    const running = await start()
    mock.timers.enable({ apis: ['setTimeout'] })
    t.after(() => mock.timers.reset())
    const stopping = running.stop()
    mock.timers.tick(5000)
    assert.ok(parts.releasing.signal.aborted)
    mock.timers.tick(4000)
    await assert.rejects(stopping, reason)
    mock.timers.reset()
  }
})
