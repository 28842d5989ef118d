import { createServer } from 'node:http'
import { listen, urlOf } from '../../../lib/http/listen.ts'
import { type AppOptions, createApp } from './app.ts'
import { refuseUnreadable } from './refuse-unreadable.ts'

/** Clients keep their connection open; a proxy in front may keep idle ones longer than Node does. */
const keepAliveMs = 65_000

/** Beside the streams, there are the page, single records, and requests that are refused. */
const otherConnections = 1000

export interface HttpSettings {
  EVENT_FEED_HOST: string
  EVENT_FEED_PORT: number
  EVENT_FEED_MAX_CLIENTS: number
}

/** Starts the server of the feed. @throws UsageError naming the variable if it cannot listen */
export const startHttp = async (settings: HttpSettings, options: AppOptions) => {
  // The application refuses requests without a host, and counts them.
  const server = createServer({ requireHostHeader: false }, createApp(options))
  server.keepAliveTimeout = keepAliveMs
  server.maxConnections = settings.EVENT_FEED_MAX_CLIENTS + otherConnections
  refuseUnreadable(server, options.metrics.refused)
  await listen(server, settings.EVENT_FEED_PORT, settings.EVENT_FEED_HOST, 'EVENT_FEED')
  options.logger.info('the feed listens', { url: urlOf(server) })
  return {
    url: urlOf(server),
    /** Ends the server. Streams must have been ended before. */
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const limit = setTimeout(() => server.closeAllConnections(), 1500)
      await closed
      clearTimeout(limit)
    },
  }
}
