import { readBearerTokens } from '../../../lib/bearer-tokens.ts'
import { type Watched, watchFiles } from '../../../lib/disk/watch-files.ts'
import { ConfigError } from '../../../lib/errors.ts'
import { isLoopback } from '../../../lib/http/is-loopback.ts'
import type { Logger } from '../../../lib/logger.ts'

const variable = 'EVENT_FEED_TOKENS_FILE'

/**
 * The tokens of the feed, which are read again when their file changes; undefined without a file.
 *
 * @param corsOrigins other sites whose pages may read the feed
 * @throws ConfigError if others would read the feed without tokens, or if the file is wrong
 */
export const watchFeedTokens = (
  file: string | undefined,
  { host, corsOrigins }: { host: string; corsOrigins: readonly string[] },
  logger: Logger,
): Watched<ReturnType<typeof readBearerTokens>['value']> | undefined => {
  if (file !== undefined)
    return watchFiles({
      name: 'tokens of the feed',
      read: () => readBearerTokens(variable, file),
      onRead: () => undefined,
      logger,
    })
  if (!isLoopback(host)) throw needsTokens(`EVENT_FEED_HOST (${host}) is not loopback`)
  // Any page that a browser on this machine shows could read the feed otherwise.
  if (corsOrigins.length > 0)
    throw needsTokens('EVENT_FEED_CORS_ORIGINS lets pages of other sites read the feed')
  return undefined
}

const needsTokens = (reason: string): ConfigError =>
  new ConfigError([{ variable, problem: `must name a file of tokens, because ${reason}` }])
