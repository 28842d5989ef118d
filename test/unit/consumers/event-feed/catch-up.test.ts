import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Generation } from '../../../../consumers/event-feed/log/generation.ts'
import { createRecentItems } from '../../../../consumers/event-feed/log/recent-items.ts'
import { coverageOf, createLayout } from '../../../../consumers/event-feed/position/layout.ts'
import { type CatchUpOptions, catchUp } from '../../../../consumers/event-feed/stream/catch-up.ts'
import { createClient } from '../../../../consumers/event-feed/stream/client.ts'
import { createFairQueue } from '../../../../consumers/event-feed/stream/fair-queue.ts'
import type { Stream } from '../../../../consumers/event-feed/stream/stream.ts'
import type { PartitionOffset } from '../../../../lib/kafka/offsets.ts'
import { recordOfFixture } from '../../../helpers/records/chat-samples.ts'

const topic = 'gitlab.push'
const layout = createLayout('a', [{ topic, event: 'push', id: 'id', partitions: 1 }])
const coverage = coverageOf(layout, new Set(['push' as const]))
const records = 300

/** A log of 300 records that are no longer in memory, of which one stream can be read at a time. */
const openLog = () => {
  const generation: Generation = {
    layout,
    recent: createRecentItems(Float64Array.of(records), 1000),
    next: Float64Array.of(records),
    time: 0,
  }
  const options: CatchUpOptions = {
    source: {
      kafka: undefined as never,
      decode: async () => recordOfFixture('push'),
      restoreBody: async () => undefined,
    },
    async *read({ from }) {
      const [place] = from as readonly PartitionOffset[]
      for (let offset = place?.offset ?? 0; offset < records; offset += 1) {
        yield { topic, partition: 0, offset, timestamp: 0, key: null, value: Buffer.alloc(0), headers: {} }
        await setImmediate()
      }
    },
    queue: createFairQueue(1),
    goLive: (stream) => {
      stream.state = 'live'
    },
    onSent: () => undefined,
  }
  const follow = (caller: string, waiting: () => number) => {
    const [written, ending]: [string[], AbortController] = [[], new AbortController()]
    const output = {
      write: (bytes: Buffer) => void written.push(bytes.toString()),
      waiting,
      drained: async () => void (await setImmediate()),
      onStalled: () => undefined,
      end: () => undefined,
    }
    const filter = { passes: () => true, watches: undefined }
    const client = createClient({
      coverage,
      next: Float64Array.of(0),
      time: 0,
      filter,
      shape: 'body',
      output,
    })
    const stream: Stream = {
      ...{ client, output, generation, caller, number: 0, ended: ending.signal },
      tokenState: () => 'valid',
      state: 'behind',
      end: () => ending.abort(),
    }
    const done = catchUp(stream, options)
    const events = () => written.join('').match(/^event: push$/gm)?.length ?? 0
    return { stream, done, events }
  }
  return { follow }
}

test('a client that reads nothing holds up no other client that reads old events', async () => {
  const { follow } = openLog()
  const slow = follow('a', () => 1e6)
  const quick = follow('b', () => 0)
  await quick.done
  assert.equal(quick.stream.state, 'live')
  assert.equal(quick.events(), records)
  assert.equal(slow.stream.state, 'behind')
  slow.stream.end('slow')
  await slow.done
})

test('a client that was interrupted again and again has every event once', async () => {
  const { follow } = openLog()
  let asked = 0
  const first = follow('a', () => (asked++ % 7 === 0 ? 1e6 : 0))
  const second = follow('b', () => (asked++ % 5 === 0 ? 1e6 : 0))
  await Promise.all([first.done, second.done])
  assert.deepEqual([first.events(), second.events()], [records, records])
})
