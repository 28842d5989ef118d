import { eventLines } from '../log/event-lines.ts'
import type { FeedItem, Shape } from '../log/item.ts'
import { encodeEventId } from '../position/event-id.ts'
import type { Coverage } from '../position/layout.ts'
import type { Filter } from '../subscription/filter.ts'
import { joinEvents } from './join-events.ts'
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
  filter: Filter
  shape: Shape
  /** The next offset of each covered partition. It is not kept up to date for a live client. */
  next: Float64Array
  /** Takes an item if it is the next one of its partition and passes the filter. Nothing is written yet. */
  offer(item: FeedItem): void
  /** Takes an event with its id, as it is written. */
  push(event: Buffer): void
  /** How many bytes were taken and not written yet. */
  pending(): number
  /** Writes what was taken, in one write. @returns how many events that were */
  flush(): number
  /** Takes an event about the stream itself. */
  tell(event: 'resumed' | 'reset' | 'closed', data: object): void
  /**
   * Writes what was taken, a comment, and the id where the client stands, so that it resumes there.
   *
   * @returns how many events that were
   */
  beat(): number
  /** From now on the client is live: its ids are those of all live clients with this coverage. */
  follow(idLine: () => Buffer): void
}

export interface ClientOptions {
  coverage: Coverage
  next: Float64Array
  /** The time of the ids until the client is live, in milliseconds since 1970: everything older was sent. */
  time: number
  filter: Filter
  shape: Shape
  output: Pick<Output, 'write'>
}

const lineEnd = Buffer.from('\n')

/** The line `id:` of a place in the log. */
export const idLineOf = (coverage: Coverage, time: number, next: Float64Array): Buffer =>
  Buffer.from(`id: ${encodeEventId(coverage, Math.floor(time), next)}\n`)

/** An event as it is written. */
export const eventBytes = (idLine: Buffer, lines: Buffer): Buffer => Buffer.concat([idLine, lines, lineEnd])

export const createClient = (options: ClientOptions): FeedClient => {
  const { coverage, next, time, filter, shape, output } = options
  let taken: Buffer[] = []
  let [bytes, events] = [0, 0]
  let idLine = () => idLineOf(coverage, time, next)
  const take = (part: Buffer) => {
    taken.push(part)
    bytes += part.length
  }
  const flush = () => {
    const count = events
    if (taken.length > 0) output.write(joinEvents(taken, bytes))
    taken = []
    bytes = 0
    events = 0
    return count
  }
  const push = (event: Buffer) => {
    take(event)
    events += 1
  }
  return {
    ...{ coverage, filter, shape, next, flush, push },
    pending: () => bytes,
    offer: (item) => {
      const slot = coverage.slots[item.index] ?? -1
      if (slot === -1 || item.offset < (next[slot] ?? 0)) return
      next[slot] = item.offset + 1
      if (filter.passes(item)) push(eventBytes(idLine(), item.linesOf(shape)))
    },
    tell: (event, data) => take(eventBytes(idLine(), eventLines(event, JSON.stringify(data)))),
    beat: () => {
      take(Buffer.concat([Buffer.from(':\n'), idLine(), lineEnd]))
      return flush()
    },
    follow: (shared) => {
      idLine = shared
    },
  }
}
