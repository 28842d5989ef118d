import { messageOf } from '../../../lib/errors.ts'
import { type ReadLogOptions, readLog } from '../../../lib/kafka/log-reader.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { LiveLog } from '../log/live-log.ts'
import type { ItemSource } from '../log/read-items.ts'
import type { FeedMetrics } from '../metrics.ts'
import { catchUp } from './catch-up.ts'
import type { EndReason, FeedClient } from './client.ts'
import { createFairQueue } from './fair-queue.ts'
import { createLiveStreams } from './live-streams.ts'
import type { Output } from './output.ts'
import type { Stream, TokenState } from './stream.ts'

export interface HubOptions {
  log: Pick<LiveLog, 'current'>
  source: ItemSource
  /** What may wait for a live client, in bytes, before it is disconnected. */
  clientBytes: number
  metrics: FeedMetrics
  logger: Logger
  beatMs?: number
}

/** Whose stream it is. */
export interface StreamOwner {
  /** Name of the token; undefined where the feed has no tokens. */
  name: string | undefined
  tokenState(): TokenState
}

/** All streams of the process. */
export interface Hub {
  /** Serves a client from its offsets on, until the stream ends. */
  add(client: FeedClient, output: Output, owner: StreamOwner): Stream
  /** There is a new item in memory. @param bytes the size of the item */
  wake(bytes: number): void
  endAll(reason: EndReason): void
  close(): void
}

const beatMs = 15_000
/** The comments are spread over their period: they would hold up events if all were written at once. */
const beatParts = 15
/** Items are gathered for so long before they are written, in milliseconds: fewer writes for each client. */
const gatherMs = 10
/** Or until they have so many bytes: the memory would forget them otherwise. */
const gatherBytes = 4 * 1024 * 1024
/** The brokers serve so many readings of the log at a time. */
const readingsAtOnce = 8

export const createHub = (options: HubOptions): Hub => {
  const { log, source, clientBytes, metrics, logger } = options
  const streams = new Set<Stream>()
  let begun = 0
  const queue = createFairQueue(readingsAtOnce)
  const onSent = (events: number) => {
    if (events === 0) return
    metrics.sent.inc(events)
    metrics.writes.inc()
  }
  const read = (what: ReadLogOptions) => readLog(source.kafka, what)
  const live = createLiveStreams({ current: log.current, clientBytes, onSent })

  const add: Hub['add'] = (client, output, { name, tokenState }) => {
    const ending = new AbortController()
    const stream: Stream = {
      ...{ client, output, tokenState, generation: log.current(), ended: ending.signal },
      caller: name ?? '',
      number: begun++,
      state: 'behind',
      end: (reason) => {
        if (stream.state === 'ended') return
        stream.state = 'ended'
        streams.delete(stream)
        live.remove(stream)
        ending.abort()
        metrics.clients.set(streams.size)
        metrics.ended.inc({ reason })
        if (reason === 'client') return
        client.tell('closed', { reason })
        client.flush()
        output.end()
      },
    }
    streams.add(stream)
    metrics.clients.set(streams.size)
    output.onStalled(() => stream.end('slow'))
    catchUp(stream, { source, read, queue, goLive: live.add, onSent }).catch((error: unknown) => {
      if (!ending.signal.aborted) logger.warn('a stream failed', { error: messageOf(error) })
      stream.end('failed')
    })
    return stream
  }

  let timer: NodeJS.Timeout | undefined
  let gathered = 0
  const deliver = () => {
    clearTimeout(timer)
    timer = undefined
    gathered = 0
    live.deliver()
    metrics.observeDelay(Date.now() - log.current().time)
  }
  const beat = createBeat(streams, clientBytes, onSent, options.beatMs ?? beatMs)
  const endAll = (reason: EndReason) => {
    for (const stream of [...streams]) stream.end(reason)
  }
  return {
    add,
    endAll,
    wake: (bytes) => {
      gathered += bytes
      if (gathered > gatherBytes) deliver()
      else timer ??= setTimeout(deliver, gatherMs)
    },
    close: () => {
      clearInterval(beat)
      clearTimeout(timer)
      endAll('shutdown')
    },
  }
}

/** Writes a comment to each stream once in a period, and ends the streams that may not go on. */
const createBeat = (
  streams: Set<Stream>,
  clientBytes: number,
  onSent: (events: number) => void,
  periodMs: number,
): NodeJS.Timeout => {
  let part = 0
  return setInterval(
    () => {
      part = (part + 1) % beatParts
      for (const stream of [...streams]) {
        if (stream.number % beatParts !== part) continue
        const state = stream.tokenState()
        if (state !== 'valid') stream.end(state)
        else if (stream.output.waiting() > clientBytes) stream.end('slow')
        else onSent(stream.client.beat())
      }
    },
    Math.max(1, periodMs / beatParts),
  )
}
