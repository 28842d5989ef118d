import { createServer } from 'node:http'
import { listen, urlOf } from '../../../lib/http/listen.ts'
import type { Logger } from '../../../lib/logger.ts'
import { type AppOptions, createApp } from './app.ts'

/** Clients keep their connection open; a proxy in front may keep idle ones longer than Node does. */
const keepAliveMs = 65_000

/** Starts the server of the feed. @throws UsageError naming the variable if it cannot listen */
export const startHttp = async (port: number, host: string, options: AppOptions, logger: Logger) => {
  const server = createServer(createApp(options))
  server.keepAliveTimeout = keepAliveMs
  await listen(server, port, host, 'EVENT_FEED')
  logger.info('the feed listens', { url: urlOf(server) })
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
