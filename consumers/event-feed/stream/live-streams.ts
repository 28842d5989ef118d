import type { Generation } from '../log/generation.ts'
import type { Coverage } from '../position/layout.ts'
import { createLiveGroup, type LiveGroup } from './live-group.ts'
import type { Stream } from './stream.ts'

/** The streams that have everything which is in memory. */
export interface LiveStreams {
  /** Makes a stream live. It must have every item that is in memory. */
  add(stream: Stream): void
  remove(stream: Stream): void
  /** Writes to every live stream what has come since the last time, at most once to each. */
  deliver(): void
}

export interface LiveOptions {
  current(): Generation
  /** What may wait for a client, in bytes, before it is disconnected. */
  clientBytes: number
  onSent(events: number): void
}

export const createLiveStreams = ({ current, clientBytes, onSent }: LiveOptions): LiveStreams => {
  const groups = new Map<Coverage, LiveGroup>()
  const live = new Set<Stream>()
  let generation = current()
  /** The number of the next item in memory that the live streams get. */
  let cursor = generation.recent.head()

  const takeNew = (): Set<Stream> => {
    const { recent } = generation
    const takers = new Set<Stream>()
    for (; cursor < recent.head(); cursor += 1) {
      const item = recent.at(cursor)
      if (item === undefined) continue
      for (const group of groups.values()) for (const stream of group.deliver(item)) takers.add(stream)
    }
    return takers
  }

  const deliver = () => {
    if (generation !== current()) {
      // The streams of the old generation have ended.
      generation = current()
      cursor = generation.recent.head()
    }
    // Without these items nothing may be sent: a client would never know that it has missed them.
    if (cursor < generation.recent.tail()) for (const stream of [...live]) stream.end('failed')
    for (const stream of takeNew()) {
      if (stream.output.waiting() > clientBytes) stream.end('slow')
      else onSent(stream.client.flush())
    }
    for (const group of groups.values()) group.setTime(generation.time)
  }

  return {
    deliver,
    add: (stream) => {
      deliver()
      if (stream.state === 'ended') return
      const { coverage } = stream.client
      const next = () => Float64Array.from(coverage.indexes, (index) => generation.next[index] ?? 0)
      const group = groups.get(coverage) ?? createLiveGroup(coverage, next(), generation.time)
      groups.set(coverage, group)
      group.add(stream)
      live.add(stream)
      stream.state = 'live'
    },
    remove: (stream) => {
      live.delete(stream)
      const { coverage } = stream.client
      const group = groups.get(coverage)
      group?.remove(stream)
      if (group?.isEmpty()) groups.delete(coverage)
    },
  }
}
