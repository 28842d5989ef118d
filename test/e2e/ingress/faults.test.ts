// Every fault an ingress may meet, with real servers: what was answered 2xx is on its topic afterwards, and every answer came in time.
// `npm run test:soak` runs the same at full length.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import kafkajs from 'kafkajs'
import type { Environment } from '../../../lib/config.ts'
import { readLog } from '../../../lib/kafka/log-reader.ts'
import { startHookLoad } from '../../helpers/faults/hook-load.ts'
import { assertNoLoss, describeCounts } from '../../helpers/faults/no-loss-check.ts'
import { isSoak, outageMs } from '../../helpers/faults/soak.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { freePort } from '../../helpers/process/free-ports.ts'
import { type IngressProcess, untilDrained } from '../../helpers/process/ingress-process.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { type PostedHook, postHook } from '../../helpers/records/post-hook.ts'
import { type RecordWithRaw, readRaw } from '../../helpers/records/read-raw.ts'
import { startFakeGitlab } from '../../helpers/servers/fake-gitlab.ts'
import { openIngressStack, token } from '../../helpers/servers/ingress-stack.ts'
import { startServers } from '../../helpers/servers/servers.ts'

const servers = await startServers(['kafka', 'registry'])
after(() => servers.remove())
const world = await openIngressStack(servers.kafkaBrokers, servers.schemaRegistryUrl)
after(() => world.close())
await world.setUp()

const kafka = () => servers.server('kafka')
const freeze = () => kafka().kill('SIGSTOP')
const thaw = () => kafka().kill('SIGCONT')
const killAndAwait = async (process: { kill(signal: NodeJS.Signals): void; exited: Promise<unknown> }) => {
  process.kill('SIGKILL')
  await process.exited
}
const drive = (urls: () => readonly string[], perSecond = 25) => startHookLoad({ urls, token, perSecond })

/** Hooks posted one after the other, each once the one before is answered. */
const postInOrder = async (
  url: string,
  bodies: readonly { id: string; body: Buffer }[],
): Promise<PostedHook[]> => {
  const posted: PostedHook[] = []
  for (const { id, body } of bodies) {
    const answer = await postHook(url, token, id, body)
    assert.notEqual(answer, 'refused')
    posted.push(answer as PostedHook)
  }
  return posted
}
/** Every hook of a scenario, checked and reported. */
const conclude = async (t: TestContext, posted: readonly PostedHook[]) => {
  const tally = await assertNoLoss(world, posted)
  t.diagnostic(describeCounts(t.name, tally))
  return tally
}

const port = String(await freePort())
const startAgain = (env: Environment = {}): Promise<IngressProcess> =>
  world.start({ INGRESS_PORT: port, ...env })
let ingress = await startAgain()
const untilSpooling = () =>
  eventually(async () => assert.ok((await ingress.metric('ingress_spool_records')) > 0))
const untilPublishing = async () => {
  await untilDrained(ingress)
  await eventually(async () => {
    const id = crypto.randomUUID()
    const answer = await postHook(ingress.hookUrl, token, id, markedBody(id, 0))
    assert.equal(answer === 'refused' ? answer : answer.status, 200)
  })
}

// Looks on at what happens to the brokers below. Four failures in a row would pause its hook for a second, which is GitLab's minute.
const gitlab = startFakeGitlab({ url: () => ingress.hookUrl, token, everyMs: 200, speed: 60 })

test('broker frozen', async (t) => {
  const driver = drive(() => [ingress.hookUrl])
  await sleep(1500)
  freeze()
  await untilSpooling()
  // By then the client has been made anew, and new ones take a silent broker to be connected.
  await sleep(Math.max(outageMs(4), 22_000))
  assert.deepEqual(await ingress.readiness(), { code: 200, status: 'degraded: spooling' })
  assert.equal(await ingress.metric('ingress_unavailable_topics'), 0)
  thaw()
  await untilDrained(ingress)
  await driver.stop()
  await untilDrained(ingress)
  const { answered, posted, spooled } = await conclude(t, driver.posted)
  assert.equal(answered, posted)
  assert.ok(spooled > 0)
})

test('broker killed -9', async (t) => {
  const driver = drive(() => [ingress.hookUrl])
  await sleep(1000)
  await killAndAwait(kafka())
  await sleep(outageMs(4))
  await servers.startAgain('kafka')
  await untilDrained(ingress)
  await driver.stop()
  await untilDrained(ingress)
  const { answered, posted } = await conclude(t, driver.posted)
  assert.equal(answered, posted)
})

test('broker restarted again and again', async (t) => {
  const driver = drive(() => [ingress.hookUrl])
  for (let restart = 0; restart < (isSoak ? 20 : 5); restart++) {
    await kafka().stop(isSoak ? 20_000 : 1000)
    await servers.startAgain('kafka')
    await sleep(restart * 300)
  }
  await untilDrained(ingress)
  await driver.stop()
  await untilDrained(ingress)
  const { answered, posted } = await conclude(t, driver.posted)
  assert.equal(answered, posted)
})

test('a canary comes back', () =>
  eventually(async () => assert.ok((await ingress.metric('ingress_canary_read_back_timestamp_seconds')) > 0)))

test('GitLab has not disabled the hook over all this', async (t) => {
  await gitlab.stop()
  await untilDrained(ingress)
  assert.deepEqual(gitlab.alerts, [])
  assert.equal(gitlab.dropped, 0)
  const { answered, posted } = await conclude(t, gitlab.posted)
  assert.equal(answered, posted)
})

test('registry frozen, then killed: hooks are published as before, by an ingress started meanwhile too', async (t) => {
  const driver = drive(() => [ingress.hookUrl])
  servers.server('registry').kill('SIGSTOP')
  const second = await world.start({ INGRESS_SPOOL_DIR: await world.folder() })
  const driverOfSecond = drive(() => [second.hookUrl])
  await untilDrained(second)
  assert.equal(await second.metric('ingress_schema_ids{from="disk"}'), 1)
  await killAndAwait(servers.server('registry'))
  await sleep(outageMs(1))
  await Promise.all([driver.stop(), driverOfSecond.stop()])
  await untilDrained(second)
  assert.deepEqual(await second.readiness(), {
    code: 200,
    status: 'degraded: the schema registry has not answered',
  })
  await servers.startAgain('registry')
  await eventually(async () => assert.equal((await second.readiness()).status, 'ready'))
  await second.stop(15_000)
  const { answered, posted } = await conclude(t, [...driver.posted, ...driverOfSecond.posted])
  assert.equal(answered, posted)
  assert.deepEqual(new Set(driver.posted.map(({ status }) => status)), new Set([200]))
})

test('ingress stopped, then killed -9, while the broker is frozen, and started again before the broker goes on', async (t) => {
  const driver = drive(() => [ingress.hookUrl], 40)
  await sleep(500)
  freeze()
  for (let end = 0; end < (isSoak ? 10 : 2); end++) {
    await untilSpooling()
    await sleep(outageMs(0.5) + Math.random() * 500)
    ingress.kill(end % 2 === 0 ? 'SIGTERM' : 'SIGKILL')
    assert.deepEqual(
      await ingress.exited,
      end % 2 === 0 ? { code: 0, signal: null } : { code: null, signal: 'SIGKILL' },
    )
    ingress = await startAgain()
  }
  assert.ok((await ingress.metric('ingress_spool_records')) > 0, 'what waits is still known')
  thaw()
  await untilDrained(ingress)
  await driver.stop()
  await untilDrained(ingress)
  await conclude(t, driver.posted)
})

test('broker and registry down at the start', async (t) => {
  await ingress.stop(15_000)
  await Promise.all([killAndAwait(kafka()), killAndAwait(servers.server('registry'))])
  // Without any knowledge of schema ids, as on its first day.
  ingress = await startAgain({ BRIDGE_DATA_DIR: await world.folder() })
  assert.match((await ingress.readiness()).status, /^degraded/)
  const driver = drive(() => [ingress.hookUrl])
  await sleep(outageMs(2))
  assert.deepEqual(await ingress.readiness(), { code: 200, status: 'degraded: spooling' })
  await Promise.all([servers.startAgain('kafka'), servers.startAgain('registry')])
  await untilDrained(ingress)
  await driver.stop()
  await untilDrained(ingress)
  const { answered, posted } = await conclude(t, driver.posted)
  assert.equal(answered, posted)
  await eventually(async () => assert.equal((await ingress.readiness()).status, 'ready'))
})

test('500 hooks of one project, spooled and drained, keep their order', async (t) => {
  await untilPublishing()
  freeze()
  const bodies = Array.from({ length: 500 }, (_, number) => {
    const id = crypto.randomUUID()
    return { id, body: markedBody(id, 0, { project_id: 4711, number }) }
  })
  const posted = await postInOrder(ingress.hookUrl, bodies)
  thaw()
  await untilDrained(ingress)
  const tally = await conclude(t, posted)
  assert.deepEqual([tally.answered, tally.spooled], [500, 500])
  const order = new Map<string, number>(bodies.map(({ id }, number) => [id, number]))
  const found = (await world.read([world.names.topic('push')]))
    .filter(({ marker }) => order.has(marker))
    .toSorted((a, b) => a.offset - b.offset)
  const last = [...Map.groupBy(found, ({ marker }) => marker).values()].map(
    (records) => order.get(records.at(-1)?.marker ?? '') ?? -1,
  )
  assert.equal(new Set(found.map(({ partition }) => partition)).size, 1)
  assert.deepEqual(
    last,
    last.toSorted((a, b) => a - b),
  )
})

test('rolling restart of two ingresses behind a load balancer', async (t) => {
  const spools = [await world.folder(), await world.folder()]
  const startOne = (index: number) => world.start({ INGRESS_SPOOL_DIR: spools[index] ?? '' })
  const pair = [await startOne(0), await startOne(1)]
  // Health checks move new connections away from the one that is about to stop.
  let preferred = 0
  const driver = drive(() => [preferred, 1 - preferred].flatMap((index) => pair[index]?.hookUrl ?? []), 60)
  for (let round = 0; round < (isSoak ? 10 : 1); round++) {
    for (const index of [0, 1]) {
      await sleep(700)
      // A broker that hesitates: there are hooks under way when the signal comes.
      freeze()
      await sleep(300)
      const stopping = pair[index]?.stop(20_000)
      await sleep(300)
      thaw()
      preferred = 1 - index
      await stopping
      pair[index] = await startOne(index)
    }
  }
  await sleep(700)
  await driver.stop()
  for (const each of pair) {
    await untilDrained(each)
    await each.stop(15_000)
  }
  const { answered, posted } = await conclude(t, driver.posted)
  assert.equal(
    answered,
    posted,
    JSON.stringify(driver.posted.filter(({ status }) => status !== 200).slice(0, 3)),
  )
})

test('a spool that is full: what does not fit is told so, what was taken is kept, and there is room again afterwards', async (t) => {
  const small = await world.start({
    INGRESS_SPOOL_DIR: await world.folder(),
    INGRESS_SPOOL_MAX_BYTES: '40000',
  })
  const driver = drive(() => [small.hookUrl], 40)
  await sleep(500)
  freeze()
  await eventually(async () =>
    assert.ok((await small.metric('ingress_hooks_total{outcome="unavailable"}')) > 0),
  )
  // A smaller hook may still have found room.
  await eventually(async () =>
    assert.deepEqual(await small.readiness(), { code: 503, status: 'spool: full' }),
  )
  await sleep(outageMs(0.5))
  assert.ok((await small.metric('ingress_spool_bytes')) <= 40_000)
  thaw()
  await untilDrained(small)
  await eventually(async () => assert.deepEqual((await small.readiness()).code, 200))
  await driver.stop()
  await untilDrained(small)
  const { spooled, refused } = await conclude(t, driver.posted)
  assert.ok(spooled > 0 && refused > 0)
  await small.stop(15_000)
})

test('a disk that is full: the same, and the ingress empties it by itself', async (t) => {
  const disk = await world.folder()
  const run = promisify(execFile)
  const isMounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).then(
    () => true,
    () => false,
  )
  if (!isMounted) return t.skip('only root can mount a small disk')
  try {
    let small = await world.start({ INGRESS_SPOOL_DIR: `${disk}/spool` })
    const driver = drive(() => [small.hookUrl], 40)
    await sleep(500)
    freeze()
    await eventually(async () =>
      assert.ok((await small.metric('ingress_hooks_total{outcome="unavailable"}')) > 0),
    )
    assert.equal((await small.readiness()).code, 503)
    await sleep(outageMs(0.5))
    await killAndAwait(small)
    small = await world.start({ INGRESS_SPOOL_DIR: `${disk}/spool` })
    thaw()
    await untilDrained(small)
    await driver.stop()
    await untilDrained(small)
    const { spooled, refused } = await conclude(t, driver.posted)
    assert.ok(spooled > 0 && refused > 0)
    await eventually(async () => assert.equal((await small.readiness()).code, 200))
    await small.stop(15_000)
  } finally {
    await run('umount', ['-l', disk])
  }
})

test('a body too large for the cluster goes in pieces, in an outage too, and is read again whole', async (t) => {
  const limited = [world.names.topic('push'), world.names.rawChunksTopic]
  const admin = world.kafka.admin()
  await admin.connect()
  await admin.alterConfigs({
    validateOnly: false,
    resources: limited.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configEntries: [{ name: 'max.message.bytes', value: '200000' }],
    })),
  })
  await admin.disconnect()
  const other = await world.start({ INGRESS_SPOOL_DIR: await world.folder() })
  const large = ['large-in-peace', 'large-in-an-outage'].map((id) => ({
    id,
    body: markedBody(id, 0, { padding: randomBytes(500_000).toString('hex') }),
  }))
  const [inPeace, inOutage] = large
  assert.ok(inPeace && inOutage)
  const first = await postInOrder(other.hookUrl, [inPeace])
  freeze()
  const second = await postInOrder(other.hookUrl, [inOutage])
  thaw()
  await untilDrained(other)
  assert.deepEqual(
    [...first, ...second].map(({ status }) => status),
    [200, 202],
  )
  assert.ok((second[0]?.tookMs ?? Number.POSITIVE_INFINITY) < 5000, `${second[0]?.tookMs} ms`)

  const signal = AbortSignal.timeout(60_000)
  const registry = new SchemaRegistry({ host: servers.schemaRegistryUrl })
  const bodies = new Map<string, Buffer>()
  for await (const { value } of readLog(world.kafka, {
    topics: [world.names.topic('push')],
    from: 'beginning',
    to: 'now',
    signal,
  })) {
    const record = (await registry.decode(value ?? Buffer.alloc(0))) as RecordWithRaw
    if (record.delivery.raw_chunks !== null)
      bodies.set(record.delivery.id, await readRaw(record, world.kafka, world.names.rawChunksTopic, signal))
  }
  for (const { id, body } of large) assert.ok(bodies.get(id)?.equals(body), id)
  t.diagnostic(
    `${[...bodies.keys()]} read again, ${second[0]?.tookMs.toFixed(0)} ms to the answer in the outage`,
  )
  await other.stop(15_000)
})
