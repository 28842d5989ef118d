import { readBearerTokens } from '../../../lib/bearer-tokens.ts'
import { type Watched, watchFiles } from '../../../lib/disk/watch-files.ts'
import { ConfigError } from '../../../lib/errors.ts'
import { isLoopback } from '../../../lib/http/is-loopback.ts'
import type { Logger } from '../../../lib/logger.ts'

const variable = 'EVENT_FEED_TOKENS_FILE'

/**
 * The tokens of the feed, which are read again when their file changes; undefined without a file.
 *
 * @throws ConfigError if the feed would listen beyond loopback without tokens, or if the file is wrong
 */
export const watchFeedTokens = (
  file: string | undefined,
  host: string,
  logger: Logger,
): Watched<ReturnType<typeof readBearerTokens>['value']> | undefined => {
  if (file !== undefined)
    return watchFiles({
      name: 'tokens of the feed',
      read: () => readBearerTokens(variable, file),
      onRead: () => undefined,
      logger,
    })
  if (isLoopback(host)) return undefined
  throw new ConfigError([
    { variable, problem: `must name a file of tokens, because EVENT_FEED_HOST (${host}) is not loopback` },
  ])
}
