import { createDecoder } from '../../lib/avro/codec.ts'
import { openRecordReader } from '../../lib/kafka/record-reader.ts'
import { createReaderOf } from '../../schemas/reader-types.ts'
import type { FollowingLog, LogFollowerTools } from '../log-follower.ts'
import { createClientLimits } from './http/client-limits.ts'
import { watchFeedTokens } from './http/feed-tokens.ts'
import { startHttp } from './http/start-http.ts'
import { restoreBodiesFrom } from './log/bodies.ts'
import { type LiveLog, startLiveLog } from './log/live-log.ts'
import { createFeedMetrics } from './metrics.ts'
import { createFairQueue } from './stream/fair-queue.ts'
import { createHub } from './stream/hub.ts'
import { feedEvents } from './subscription/events.ts'
import type { EventFeedSettings } from './variables.ts'

/** The newest records are kept in memory for clients that come back, in bytes. */
const recentBytes = 32 * 1024 * 1024

/** So many single records are read from the brokers at a time. */
const recordsAtOnce = 8
/** So many streams ask at a time where they begin. */
const startsAtOnce = 8

/** Starts to follow the log and to serve it. */
export const startFeed = async (
  settings: EventFeedSettings,
  tools: LogFollowerTools,
): Promise<FollowingLog> => {
  const { kafka, names, logger } = tools
  const opened = new AsyncDisposableStack()
  try {
    const tokens = watchFeedTokens(
      settings.EVENT_FEED_TOKENS_FILE,
      { host: settings.EVENT_FEED_HOST, corsOrigins: settings.EVENT_FEED_CORS_ORIGINS },
      logger,
    )
    opened.defer(() => tokens?.close())
    const metrics = createFeedMetrics(tools.metrics)
    const restoreBody = restoreBodiesFrom(kafka, names.rawChunksTopic)
    const source = { kafka, decode: decoderOf(tools), restoreBody }
    const topics = new Map(feedEvents.map((event) => [names.topic(event), event]))
    const log = await startLiveLog({ source, topics, logger, maxBytes: recentBytes })
    opened.defer(() => log.close())
    const clientBytes = settings.EVENT_FEED_CLIENT_BUFFER_BYTES
    const hub = createHub({ log, source, clientBytes, metrics, logger })
    log.tell(hub)
    const records = await openRecordReader(kafka)
    opened.defer(() => records.close())
    const limits = createClientLimits(settings.EVENT_FEED_MAX_CLIENTS, settings.EVENT_FEED_TOKEN_MAX_CLIENTS)
    const app = {
      stream: { hub, log, tokens: tokens?.current, limits, starts: createFairQueue(startsAtOnce), metrics },
      record: {
        generation: log.current,
        records,
        queue: createFairQueue(recordsAtOnce),
        source,
        tokens: tokens?.current,
      },
      corsOrigins: settings.EVENT_FEED_CORS_ORIGINS,
      ...{ metrics, logger },
    }
    const http = await startHttp(settings, app)
    opened.defer(() => http.close())
    opened.defer(() => hub.close())
    return { health: () => healthOf(log), failure: never, close: () => opened.disposeAsync() }
  } catch (error) {
    await opened.disposeAsync().catch(() => undefined)
    throw error
  }
}

/** Whatever happens to the brokers or the registry, the feed waits and reads on. */
const never = new Promise<never>(() => undefined)

const healthOf = (log: LiveLog) => {
  const reason = log.outage()
  return reason === undefined
    ? { ok: true, status: 'ready' }
    : { ok: false, status: `the log cannot be read: ${reason.slice(0, 200)}` }
}

/** Records of older and newer versions are read into the shapes that this version knows. */
const decoderOf = ({ registry }: LogFollowerTools) =>
  createDecoder(registry.typeOf, createReaderOf(feedEvents))
