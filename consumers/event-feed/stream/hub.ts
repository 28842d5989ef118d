import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { LiveLog } from '../log/live-log.ts'
import type { ItemSource } from '../log/read-items.ts'
import type { FeedMetrics } from '../metrics.ts'
import { catchUp } from './catch-up.ts'
import type { EndReason, FeedClient } from './client.ts'
import { createConcurrencyLimit } from './concurrency-limit.ts'
import type { Output } from './output.ts'
import { advance, type Stream, type TokenState } from './stream.ts'

export interface HubOptions {
  log: Pick<LiveLog, 'current'>
  source: ItemSource
  /** What may wait for a live client, in bytes, before it is disconnected. */
  clientBytes: number
  metrics: FeedMetrics
  logger: Logger
  beatMs?: number
}

/** All streams of the process. */
export interface Hub {
  /** Serves a client from its offsets on, until the stream ends. */
  add(client: FeedClient, output: Output, tokenState: () => TokenState): Stream
  /** There are new items in memory. */
  wake(): void
  endAll(reason: EndReason): void
  close(): void
}

const beatMs = 15_000
/** Items are gathered for so long before they are written, in milliseconds: fewer writes for each client. */
const gatherMs = 10
/** The brokers serve so many readings of the log at a time. */
const readingsAtOnce = 8

export const createHub = (options: HubOptions): Hub => {
  const { log, source, clientBytes, metrics, logger } = options
  const streams = new Set<Stream>()
  const takeTurn = createConcurrencyLimit(readingsAtOnce)
  const sent = (events: number) => metrics.sent.inc(events)

  const add: Hub['add'] = (client, output, tokenState) => {
    const ending = new AbortController()
    const stream: Stream = {
      ...{ client, output, tokenState, generation: log.current(), cursor: 0, ended: ending.signal },
      state: 'behind',
      end: (reason) => {
        if (stream.state === 'ended') return
        stream.state = 'ended'
        streams.delete(stream)
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
    catchUp(stream, { source, takeTurn, onSent: sent }).catch((error: unknown) => {
      if (!ending.signal.aborted) logger.warn('a stream failed', { error: messageOf(error) })
      stream.end('failed')
    })
    return stream
  }

  const deliver = () => {
    timer = undefined
    for (const stream of streams) {
      if (stream.state !== 'live') continue
      if (stream.output.waiting() > clientBytes) stream.end('slow')
      else sent(advance(stream))
    }
    metrics.observeDelay(Date.now() - log.current().time)
  }
  let timer: NodeJS.Timeout | undefined
  const beat = setInterval(() => {
    for (const stream of streams) {
      const state = stream.tokenState()
      if (state === 'valid') stream.client.beat()
      else stream.end(state)
    }
  }, options.beatMs ?? beatMs)
  const endAll = (reason: EndReason) => {
    for (const stream of [...streams]) stream.end(reason)
  }
  return {
    add,
    endAll,
    wake: () => {
      timer ??= setTimeout(deliver, gatherMs)
    },
    close: () => {
      clearInterval(beat)
      clearTimeout(timer)
      endAll('shutdown')
    },
  }
}
