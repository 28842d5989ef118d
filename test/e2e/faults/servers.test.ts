// Outages of the broker and of the registry, with real servers.
// Every hook that was answered with 2xx is on its topic
// afterwards, and every answer came in time. `npm run test:soak` runs the same at full length.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { readLog } from '../../../lib/kafka/log-reader.ts'
import { type RecordWithRaw, readRaw } from '../../../lib/kafka/read-raw.ts'
import {
  conclude,
  concludeAllAnswered,
  drain,
  killAndWait,
  postInOrder,
  startFaultSuite,
  untilPublishing,
  untilSpooling,
} from '../../helpers/faults/fault-suite.ts'
import { isSoak, outage } from '../../helpers/faults/outage.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { freeze } from '../../helpers/process/freeze.ts'
import { untilDrained } from '../../helpers/process/ingress-process.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { limitTopicBytes } from '../../helpers/servers/alter-topics.ts'
import { startFakeGitlab } from '../../helpers/servers/fake-gitlab.ts'
import { token } from '../../helpers/servers/ingress-stack.ts'

const suite = await startFaultSuite('own')
const { servers, stack, ingress, freezeBroker, thawBroker, killBroker, startLoad } = suite

test('GitLab never disables its hook while the broker fails in one way after the other', async (t) => {
  // Four failures in a row would pause the hook: here for one second, which stands for GitLab's minute.
  const gitlab = startFakeGitlab({ url: () => ingress().hookUrl, token, everyMs: 200, speed: 60 })

  await t.test('hooks are spooled while the broker is frozen, and no topic is blamed for it', async (t) => {
    const rebuilds = () => ingress().metric('ingress_producers_rebuilt_total')
    const before = await rebuilds()
    const load = startLoad()
    await load.untilAnswered(20)
    await freezeBroker()
    await untilSpooling(ingress())
    // A silent broker looks connected to a new client, too.
    // So the outage lasts until new clients have failed as well.
    await eventually(async () => assert.ok((await rebuilds()) >= before + 3))
    await outage(isSoak ? 4 : 0)
    assert.deepEqual(await ingress().readiness(), { code: 200, status: 'degraded: spooling' })
    assert.equal(await ingress().metric('ingress_unavailable_topics'), 0)
    thawBroker()
    await drain(ingress(), load)
    const { spooled } = await concludeAllAnswered(t, stack, load.posted)
    assert.ok(spooled > 0)
  })

  await t.test('no hook is lost when the broker is killed', async (t) => {
    const load = startLoad()
    await load.untilAnswered(20)
    await killBroker()
    await outage(4)
    await servers.startAgain('kafka')
    await drain(ingress(), load)
    await concludeAllAnswered(t, stack, load.posted)
  })

  await t.test('no hook is lost when the broker is restarted again and again', async (t) => {
    const load = startLoad()
    for (let restart = 0; restart < (isSoak ? 20 : 3); restart++) {
      await servers.server('kafka').stop(isSoak ? 20_000 : 1000)
      await servers.startAgain('kafka')
      // The broker lives a little longer each time, so that the
      // next stop meets another moment of the reconnection.
      await load.untilAnswered(restart * 8)
    }
    await drain(ingress(), load)
    await concludeAllAnswered(t, stack, load.posted)
  })

  await gitlab.stop()
  await untilDrained(ingress())
  assert.deepEqual(gitlab.alerts, [])
  assert.equal(gitlab.dropped, 0)
  await concludeAllAnswered(t, stack, gitlab.posted)
})

test('a canary record is read back', () =>
  eventually(async () =>
    assert.ok((await ingress().metric('ingress_canary_read_back_timestamp_seconds')) > 0),
  ))

test('a frozen or dead registry stops no publishing, not even of an ingress that starts then', async (t) => {
  const load = startLoad()
  await freeze(servers.server('registry'))
  const second = await stack.start({ INGRESS_SPOOL_DIR: await stack.folder() })
  const loadOfSecond = startLoad({ urls: () => [second.hookUrl] })
  await untilDrained(second)
  assert.equal(await second.metric('ingress_schema_ids{from="disk"}'), 1)
  await killAndWait(servers.server('registry'))
  await outage(1)
  await load.stop()
  await drain(second, loadOfSecond)
  assert.deepEqual(await second.readiness(), {
    code: 200,
    status: 'degraded: the schema registry has not answered',
  })
  await servers.startAgain('registry')
  await eventually(async () => assert.equal((await second.readiness()).status, 'ready'))
  await second.stop(15_000)
  await concludeAllAnswered(t, stack, [...load.posted, ...loadOfSecond.posted])
  assert.deepEqual(new Set(load.posted.map(({ status }) => status)), new Set([200]))
})

test('an ingress that starts while broker and registry are down publishes once they are back', async (t) => {
  await ingress().stop(15_000)
  await Promise.all([killBroker(), killAndWait(servers.server('registry'))])
  // An empty data folder: as on its first day, the ingress knows no schema id.
  await suite.startAgain({ BRIDGE_DATA_DIR: await stack.folder() })
  assert.match((await ingress().readiness()).status, /^degraded/)
  const load = startLoad()
  await outage(2)
  assert.deepEqual(await ingress().readiness(), { code: 200, status: 'degraded: spooling' })
  await Promise.all([servers.startAgain('kafka'), servers.startAgain('registry')])
  await drain(ingress(), load)
  await concludeAllAnswered(t, stack, load.posted)
  await eventually(async () => assert.equal((await ingress().readiness()).status, 'ready'))
})

test('500 hooks of one project keep their order through the spool', async (t) => {
  await untilPublishing(ingress())
  await freezeBroker()
  const hooks = Array.from({ length: 500 }, (_, number) => {
    const id = crypto.randomUUID()
    return { id, body: markedBody(id, 0, { project_id: 4711, number }) }
  })
  const posted = await postInOrder(ingress().hookUrl, hooks)
  thawBroker()
  await untilDrained(ingress())
  const counts = await conclude(t, stack, posted)
  assert.deepEqual([counts.answered, counts.spooled], [500, 500])

  const order = new Map<string, number>(hooks.map(({ id }, number) => [id, number]))
  const found = (await stack.read([stack.names.topic('push')]))
    .filter(({ marker }) => order.has(marker))
    .toSorted((a, b) => a.offset - b.offset)
  assert.equal(new Set(found.map(({ partition }) => partition)).size, 1)
  // A record may be written twice. The last copy of each hook must be in order.
  const lastCopies = [...Map.groupBy(found, ({ marker }) => marker).values()].map((copies) => copies.at(-1))
  const numbers = lastCopies.map((record) => order.get(record?.marker ?? '') ?? -1)
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
})

test('a body too large for the cluster is published in chunks, also after an outage', async (t) => {
  await limitTopicBytes(stack.kafka, [stack.names.topic('push'), stack.names.rawChunksTopic], 200_000)
  const other = await stack.start({ INGRESS_SPOOL_DIR: await stack.folder() })
  const [inPeace, inOutage] = ['large-in-peace', 'large-in-an-outage'].map((id) => ({
    id,
    body: markedBody(id, 0, { padding: randomBytes(500_000).toString('hex') }),
  }))
  assert.ok(inPeace && inOutage)
  const [first] = await postInOrder(other.hookUrl, [inPeace])
  await freezeBroker()
  const [second] = await postInOrder(other.hookUrl, [inOutage])
  thawBroker()
  await untilDrained(other)
  assert.deepEqual([first?.status, second?.status], [200, 202])
  assert.ok((second?.tookMs ?? Number.POSITIVE_INFINITY) < 5000, `${second?.tookMs} ms`)

  const bodies = await readChunkedBodies()
  for (const { id, body } of [inPeace, inOutage]) assert.ok(bodies.get(id)?.equals(body), id)
  t.diagnostic(
    `read whole: ${[...bodies.keys()]}; answer in the outage after ${second?.tookMs.toFixed(0)} ms`,
  )
  await other.stop(15_000)
})

/** The bodies of all pushes whose body was cut into chunks, by delivery id. */
const readChunkedBodies = async (): Promise<Map<string, Buffer>> => {
  const signal = AbortSignal.timeout(60_000)
  const registry = new SchemaRegistry({ host: servers.schemaRegistryUrl })
  const bodies = new Map<string, Buffer>()
  const log = readLog(stack.kafka, {
    topics: [stack.names.topic('push')],
    from: 'beginning',
    to: 'now',
    signal,
  })
  for await (const { value } of log) {
    const record = (await registry.decode(value ?? Buffer.alloc(0))) as RecordWithRaw
    if (record.delivery.raw_chunks === null) continue
    bodies.set(record.delivery.id, await readRaw(record, stack.kafka, stack.names.rawChunksTopic, signal))
  }
  return bodies
}
