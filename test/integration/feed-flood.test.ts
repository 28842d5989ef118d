// Many clients come at once and read old events. BRIDGE_TEST_SOAK=1 lets 2,600 come.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { isSoak } from '../helpers/faults/outage.ts'
import { type FloodClient, openAndLeave, openFlood } from '../helpers/feed/flood.ts'
import { openFeedStack } from '../helpers/feed/start-feed.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { readSeries } from '../helpers/process/read-series.ts'
import { watchMemory } from '../helpers/process/watch-memory.ts'
import { post, pushOf } from '../helpers/records/hooks.ts'

const count = Number(process.env.BRIDGE_TEST_CLIENTS ?? (isSoak ? 2600 : 200))
const waitMs = isSoak ? 1_200_000 : 120_000
// A client that left a place behind would soon take it from the others.
const own = { EVENT_FEED_MAX_CLIENTS: `${count + 20}` }
const { ingress, url, startFeed, feed: first } = await openFeedStack('feed-flood', own)
const old = Array.from({ length: 20 }, (_, index) => `old-${index}`)

const publish = async (mark: string, project = 15) => {
  const { body } = await post(ingress.hookUrl, pushOf(project, { message: `mark:${mark};` }))
  assert.equal(body.outcome, 'published')
}
const marksOf = ({ found }: Pick<FloodClient, 'found'>) => found.map((mark) => mark.slice(5, -1))

for (const [index, mark] of old.entries()) await publish(mark, 1 + (index % 3))
// The memory of a new process does not have these events, so that every client reads the log.
await first.stop(10_000)
const feed = await startFeed()
const clientsOf = () => readSeries(feed.metricsUrl, 'event_feed_clients')
const clients: FloodClient[] = []
after(() => {
  for (const client of clients) client.close()
})

test(`${count} clients that come at once with since have every event once, and live ones, too`, async (t) => {
  const memory = watchMemory(feed.pid)
  t.after(memory.stop)
  clients.push(...openFlood(`${url}/sse/push?since=1h`, count, /mark:[a-z]+-\d+;/g))
  const live = Array.from({ length: 5 }, (_, index) => `live-${index}`)
  for (const mark of live) await publish(mark)
  await eventually(async () => {
    const states = new Map<unknown, number>()
    for (const client of clients) states.set(client.status(), (states.get(client.status()) ?? 0) + 1)
    assert.deepEqual([...states], [[200, count]])
    const short = clients.filter(({ found }) => found.length < old.length + live.length)
    assert.equal(short.length, 0, `${short.length} clients wait`)
  }, waitMs)
  const wanted = [...old, ...live].sort()
  for (const client of clients) {
    const marks = marksOf(client)
    assert.deepEqual(marks.toSorted(), wanted)
    const inProject = (number: number) => old.filter((_, index) => index % 3 === number)
    for (const ofProject of [inProject(0), inProject(1), inProject(2), live])
      assert.deepEqual(
        marks.filter((mark) => ofProject.includes(mark)),
        ofProject,
      )
  }
  t.diagnostic(`${memory.stop()} MB at most for ${count} clients`)
})

test('clients that come and leave at once take no place from others', async () => {
  for (const client of clients.splice(0)) client.close()
  await eventually(async () => assert.equal(await clientsOf(), 0), waitMs)
  for (let round = 0; round < 3; round += 1) await openAndLeave(`${url}/sse/push?since=1h`, count)
  await eventually(async () => assert.equal(await clientsOf(), 0), waitMs)
  // Places are free only after the waiting questions of those who left were passed over.
  await eventually(async () => {
    for (const client of clients.splice(0)) client.close()
    clients.push(...openFlood(`${url}/sse/push`, count, /mark:[a-z]+-\d+;/g))
    await eventually(async () => assert.equal(await clientsOf(), count), 20_000)
  }, waitMs)
  await publish('last-1')
  await eventually(() => assert.ok(clients.every(({ found }) => found.length === 1)), waitMs)
})
