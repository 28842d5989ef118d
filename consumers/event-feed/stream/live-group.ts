import type { FeedItem, Shape } from '../log/item.ts'
import type { Coverage } from '../position/layout.ts'
import { createAudience } from './audience.ts'
import { eventBytes, idLineOf } from './client.ts'
import type { Stream } from './stream.ts'

/** All live streams with one coverage. They are at the same place of the log, so their ids are equal. */
export interface LiveGroup {
  add(stream: Stream): void
  remove(stream: Stream): void
  isEmpty(): boolean
  /** Gives the next item to the streams that want it. @returns those that took it */
  deliver(item: FeedItem): readonly Stream[]
  /** @param time everything older was delivered, in milliseconds since 1970 */
  setTime(time: number): void
}

/**
 * @param next the next offset of each covered partition. The group moves them.
 * @param time everything older was delivered, in milliseconds since 1970
 */
export const createLiveGroup = (coverage: Coverage, next: Float64Array, time: number): LiveGroup => {
  const audience = createAudience<Stream>()
  let sentTime = time
  let line: Buffer | undefined
  const idLine = () => {
    line ??= idLineOf(coverage, sentTime, next)
    return line
  }
  return {
    add: (stream) => {
      audience.add(stream, stream.client.filter.watches)
      stream.client.follow(idLine)
    },
    remove: audience.remove,
    isEmpty: () => audience.size() === 0,
    deliver: (item) => {
      const slot = coverage.slots[item.index] ?? -1
      if (slot === -1) return []
      next[slot] = item.offset + 1
      line = undefined
      const made = new Map<Shape, Buffer>()
      const takers = audience.of(item).filter(({ client }) => client.filter.passes(item))
      for (const { client } of takers) {
        const bytes = made.get(client.shape) ?? eventBytes(idLine(), item.linesOf(client.shape))
        made.set(client.shape, bytes)
        client.push(bytes)
      }
      return takers
    },
    setTime: (newTime) => {
      if (newTime <= sentTime) return
      sentTime = newTime
      line = undefined
    },
  }
}
