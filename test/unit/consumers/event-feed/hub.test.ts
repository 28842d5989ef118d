import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Generation } from '../../../../consumers/event-feed/log/generation.ts'
import { addItem } from '../../../../consumers/event-feed/log/generation.ts'
import type { FeedItem } from '../../../../consumers/event-feed/log/item.ts'
import { createRecentItems } from '../../../../consumers/event-feed/log/recent-items.ts'
import { createFeedMetrics } from '../../../../consumers/event-feed/metrics.ts'
import { decodeEventId } from '../../../../consumers/event-feed/position/event-id.ts'
import { coverageOf, createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import { createClient } from '../../../../consumers/event-feed/stream/client.ts'
import { createHub, type Hub } from '../../../../consumers/event-feed/stream/hub.ts'
import type { TokenState } from '../../../../consumers/event-feed/stream/stream.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'
import type { EventType } from '../../../../schemas/catalogue.ts'
import { eventually } from '../../../helpers/process/eventually.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const hubs = new Set<Hub>()
afterEach(() => {
  for (const hub of hubs) hub.close()
  hubs.clear()
})

const open = (options: { clientBytes?: number; beatMs?: number } = {}) => {
  const layout = createLayout('a', [{ topic: 'gitlab.push', event: 'push', id: 'id', partitions: 2 }])
  const generation: Generation = {
    layout,
    recent: createRecentItems(new Float64Array(2), 8_000_000),
    next: new Float64Array(2),
    time: 1000,
  }
  const metrics = createMetrics()
  const hub = createHub({
    log: { current: () => generation },
    source: undefined as never,
    clientBytes: options.clientBytes ?? 1000,
    metrics: createFeedMetrics(metrics),
    logger: recordingLogger().logger,
    beatMs: options.beatMs ?? 60_000,
  })
  hubs.add(hub)
  const publish = (index: number, offset: number, size = 100) => {
    const line = Buffer.from(`event: push\ndata: ${index}/${offset}\n`)
    const item: FeedItem = {
      ...{ index, offset, timestamp: 2000 + offset, event: 'push', facets: undefined, size },
      linesOf: () => line,
    }
    addItem(generation, item)
    hub.wake(item.size)
  }
  const join = (next: number[], tokenState: TokenState = 'valid') => {
    const written: string[] = []
    const state = { waiting: 0, ends: 0 }
    const output = {
      write: (bytes: Buffer) => void written.push(bytes.toString()),
      waiting: () => state.waiting,
      drained: async () => undefined,
      onStalled: () => undefined,
      end: () => {
        state.ends += 1
      },
    }
    const client = createClient({
      ...{
        next: Float64Array.from(next),
        time: 0,
        filter: { passes: () => true, watches: undefined },
        shape: 'body',
        output,
      },
      coverage: coverageOf(layout, new Set<EventType>(['push'])),
    })
    const stream = hub.add(client, output, { name: undefined, tokenState: () => tokenState })
    const events = () => [...written.join('').matchAll(/^data: (.*)$/gm)].map(([, data]) => data)
    const ids = () => [...written.join('').matchAll(/^id: (.*)$/gm)].map(([, id]) => decodeEventId(id ?? ''))
    return { stream, written, state, events, ids }
  }
  return { hub, generation, publish, join, metrics }
}

test('a client gets what is in memory from its offsets on, and then every new item once', async () => {
  const { publish, join } = open()
  for (const offset of [0, 1, 2]) publish(0, offset)
  publish(1, 0)
  const client = join([1, 1])
  await eventually(() => assert.deepEqual(client.events(), ['0/1', '0/2']))
  publish(1, 1)
  publish(0, 3)
  await eventually(() => assert.deepEqual(client.events(), ['0/1', '0/2', '1/1', '0/3']))
  const last = client.ids().at(-1)
  assert.ok(last?.kind === 'offsets')
  assert.deepEqual([...last.offsets], [4, 2])
})

test('items that come together are written to a client together', async () => {
  const { publish, join } = open()
  const client = join([0, 0])
  await eventually(() => assert.equal(client.stream.state, 'live'))
  for (let offset = 0; offset < 50; offset += 1) publish(0, offset)
  await eventually(() => assert.equal(client.events().length, 50))
  assert.equal(client.written.filter((text) => text.includes('data')).length, 1)
})

test('a slow client is told and disconnected, and the others get everything', async () => {
  const { publish, join, metrics } = open({ clientBytes: 1000 })
  const [slow, quick] = [join([0, 0]), join([0, 0])]
  await eventually(() => assert.equal(quick.stream.state, 'live'))
  slow.state.waiting = 1001
  publish(0, 0)
  await eventually(() => assert.deepEqual(quick.events(), ['0/0']))
  assert.deepEqual([slow.stream.state, slow.state.ends], ['ended', 1])
  assert.deepEqual(slow.events(), ['0/0', '{"reason":"slow"}'])
  publish(0, 1)
  await eventually(() => assert.deepEqual(quick.events(), ['0/0', '0/1']))
  assert.deepEqual(slow.events(), ['0/0', '{"reason":"slow"}'])
  assert.match(await metrics.registry.metrics(), /event_feed_streams_ended_total\{reason="slow"\} 1/)
})

test('a stream ends with its token, and a comment with the newest id keeps the others', async () => {
  const { join } = open({ beatMs: 5 })
  const [expired, valid] = [join([0, 0], 'token_expired'), join([0, 0])]
  await eventually(() => assert.deepEqual(expired.events(), ['{"reason":"token_expired"}']))
  await eventually(() => assert.ok(valid.written.join('').startsWith(':\nid: ')))
  assert.equal(valid.stream.state, 'live')
})

test('a client that joins between two writes has the same place and id as the others', async () => {
  const { publish, join } = open()
  const early = join([0, 0])
  await eventually(() => assert.equal(early.stream.state, 'live'))
  publish(0, 0)
  const late = join([0, 0])
  await eventually(() => assert.equal(late.stream.state, 'live'))
  assert.deepEqual([early.events(), late.events()], [['0/0'], ['0/0']])
  publish(1, 0)
  await eventually(() => assert.deepEqual(late.events(), ['0/0', '1/0']))
  assert.deepEqual(early.events(), ['0/0', '1/0'])
  assert.deepEqual(early.ids().at(-1), late.ids().at(-1))
})

test('a client whose id is ahead of this process gets nothing twice', async () => {
  const { publish, join } = open()
  publish(0, 0)
  const client = join([3, 0])
  for (const offset of [1, 2]) publish(0, offset)
  publish(1, 0)
  publish(0, 3)
  await eventually(() => assert.equal(client.stream.state, 'live'))
  publish(0, 4)
  await eventually(() => assert.deepEqual(client.events(), ['1/0', '0/3', '0/4']))
})

test('a burst is written before the memory forgets it', async () => {
  const { publish, join } = open()
  const client = join([0, 0])
  await eventually(() => assert.equal(client.stream.state, 'live'))
  for (let offset = 0; offset < 5000; offset += 1) publish(0, offset, 10_000)
  await eventually(() => assert.equal(client.events().length, 5000))
})

test('a closed feed tells its clients, and none is left', async () => {
  const { hub, join, metrics } = open()
  const client = join([0, 0])
  hub.close()
  await eventually(() => assert.deepEqual(client.events(), ['{"reason":"shutdown"}']))
  assert.match(await metrics.registry.metrics(), /event_feed_clients 0/)
})

test('the memory forgets the oldest items, and says from which offset on it has all', () => {
  const from = new Float64Array(2)
  const recent = createRecentItems(from, 1000)
  const item = (index: number, offset: number): FeedItem => ({
    ...{ index, offset, timestamp: 0, event: 'push', facets: undefined, size: 100 },
    linesOf: () => Buffer.alloc(0),
  })
  for (let offset = 0; offset < 5000; offset += 1) recent.push(item(offset % 2, offset))
  assert.deepEqual([recent.head(), recent.tail()], [5000, 4990])
  assert.deepEqual([...from], [4989, 4990])
  assert.equal(recent.at(4989), undefined)
  assert.equal(recent.at(4990)?.offset, 4990)
  assert.equal(recent.at(5000), undefined)
})
