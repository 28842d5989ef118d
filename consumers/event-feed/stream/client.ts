import { eventLines } from '../log/event-lines.ts'
import type { FeedItem, Shape } from '../log/item.ts'
import { encodeEventId } from '../position/event-id.ts'
import type { Coverage } from '../position/layout.ts'
import type { Filter } from '../subscription/filter.ts'
import type { Output } from './output.ts'

/** Why a stream ended. */
export const endReasons = [
  'client',
  'slow',
  'token_expired',
  'token_changed',
  'topics_changed',
  'shutdown',
  'failed',
] as const
export type EndReason = (typeof endReasons)[number]

/** One client of the feed, and how far it has come in each partition that it covers. */
export interface FeedClient {
  coverage: Coverage
  /** The next offset of each covered partition. */
  next: Float64Array
  /** Takes an item if it is the next one of its partition and passes the filter. Nothing is written yet. */
  offer(item: FeedItem): void
  /** Writes what was taken, in one write. @returns how many events that were */
  flush(): number
  /** Takes an event about the stream itself. */
  tell(event: 'resumed' | 'reset' | 'closed', data: object): void
  /** Writes a comment, and the id where the client stands, so that it resumes there. */
  beat(): void
  /** The time of the ids: everything older was sent. In milliseconds since 1970. */
  setTime(time: number): void
}

export interface ClientOptions {
  coverage: Coverage
  next: Float64Array
  time: number
  filter: Filter
  shape: Shape
  output: Pick<Output, 'write'>
}

const lineEnd = Buffer.from('\n')

export const createClient = ({ coverage, next, time, filter, shape, output }: ClientOptions): FeedClient => {
  let sentTime = time
  let pending: Buffer[] = []
  let events = 0
  const idLine = () => Buffer.from(`id: ${encodeEventId(coverage, sentTime, next)}\n`)
  const flush = () => {
    const count = events
    if (pending.length > 0) output.write(Buffer.concat(pending))
    pending = []
    events = 0
    return count
  }
  return {
    coverage,
    next,
    flush,
    offer: (item) => {
      const slot = coverage.slots[item.index] ?? -1
      if (slot === -1 || item.offset < (next[slot] ?? 0)) return
      next[slot] = item.offset + 1
      if (!filter(item)) return
      pending.push(idLine(), item.linesOf(shape), lineEnd)
      events += 1
    },
    tell: (event, data) => {
      pending.push(idLine(), eventLines(event, JSON.stringify(data)), lineEnd)
    },
    beat: () => {
      pending.push(Buffer.from(':\n'), idLine(), lineEnd)
      flush()
    },
    setTime: (newTime) => {
      sentTime = Math.max(sentTime, Math.floor(newTime))
    },
  }
}
