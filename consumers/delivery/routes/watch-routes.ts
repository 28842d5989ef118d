import { type Watched, watchFiles } from '../../../lib/disk/watch-files.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { DestinationType } from './destination.ts'
import { isReadableByOthers } from './read-destination.ts'
import { type Routes, readRoutes } from './read-routes.ts'

/**
 * Reads the routes, and reads them again within two seconds after a change. A bad file is logged once, and
 * the old routes stay in use.
 *
 * @param types the kinds of destination of this worker
 * @throws ConfigError if the file cannot be used at the start
 */
export const watchRoutes = (
  path: string,
  types: readonly DestinationType[],
  logger: Logger,
): Watched<Routes> =>
  watchFiles({
    name: 'routes',
    read: () => readRoutes(path, types),
    onRead: ({ warnings, destinations }) => {
      for (const warning of warnings) logger.warn(warning)
      if ([...destinations.values()].some(hasInlineSecret) && isReadableByOthers(path))
        logger.warn(
          'other users of this machine can read the secrets in the routes file: ' +
            'run chmod 600 for it, or move the secrets to files (url_file, token_file, signing_secret_file)',
          { file: path },
        )
    },
    logger,
  })

const hasInlineSecret = (
  destination: Routes['destinations'] extends ReadonlyMap<string, infer D> ? D : never,
) =>
  !('url_file' in destination && destination.url_file !== undefined) ||
  (destination.token !== undefined && !('token_file' in destination && destination.token_file !== undefined))
