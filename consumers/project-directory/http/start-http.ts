import { createServer } from 'node:http'
import { readBearerTokens } from '../../../lib/bearer-tokens.ts'
import type { Pool } from '../../../lib/database.ts'
import { watchFiles } from '../../../lib/disk/watch-files.ts'
import { ConfigError } from '../../../lib/errors.ts'
import { acceptWaiting } from '../../../lib/http/accept-waiting.ts'
import { isLoopback } from '../../../lib/http/is-loopback.ts'
import { listen, urlOf } from '../../../lib/http/listen.ts'
import type { Logger } from '../../../lib/logger.ts'
import { type AppOptions, createApp } from './app.ts'

interface HttpSettings {
  PROJECT_DIRECTORY_HOST: string
  PROJECT_DIRECTORY_PORT: number
  PROJECT_DIRECTORY_TOKENS_FILE?: string | undefined
}

const tokensVariable = 'PROJECT_DIRECTORY_TOKENS_FILE'

/**
 * Starts the API.
 *
 * @throws ConfigError if it would listen beyond loopback without tokens, or if the file of tokens is wrong;
 *   UsageError naming the variable if it cannot listen
 */
export const startHttp = async (
  pool: Pool,
  settings: HttpSettings,
  logger: Logger,
  onAnswered: AppOptions['onAnswered'] = () => undefined,
) => {
  const { PROJECT_DIRECTORY_HOST: host, PROJECT_DIRECTORY_TOKENS_FILE: file } = settings
  if (file === undefined && !isLoopback(host))
    throw new ConfigError([
      {
        variable: tokensVariable,
        problem: `must name a file of tokens, because PROJECT_DIRECTORY_HOST (${host}) is not loopback`,
      },
    ])
  const watched =
    file === undefined
      ? undefined
      : watchFiles({
          name: 'tokens of the directory',
          read: () => readBearerTokens(tokensVariable, file),
          onRead: () => undefined,
          logger,
        })
  const app = createApp({ pool, tokens: watched?.current, logger, onAnswered })
  const server = createServer(app)
  try {
    await listen(server, settings.PROJECT_DIRECTORY_PORT, host, 'PROJECT_DIRECTORY')
  } catch (error) {
    watched?.close()
    throw error
  }
  logger.info('the API of the directory listens', { url: urlOf(server) })
  return {
    url: urlOf(server),
    close: async () => {
      watched?.close()
      await acceptWaiting(server)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const limit = setTimeout(() => server.closeAllConnections(), 2000)
      await closed
      clearTimeout(limit)
    },
  }
}
