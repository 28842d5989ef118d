import type { Environment } from '../../../lib/config.ts'
import { checkRoutes } from '../../routes/check-routes.ts'
import type { Finding } from '../finding.ts'

/** What `bridge routes check` says. */
export const checkRoutesFile = async (env: Environment): Promise<Finding[]> => {
  if (env.ROUTES_FILE === undefined || env.ROUTES_FILE === '')
    return [{ check: 'routes', state: 'skipped', says: 'ROUTES_FILE is not set: nothing is sent to others.' }]
  return checkRoutes(undefined, env).map((line) =>
    line.startsWith('Warning: ')
      ? {
          check: 'routes',
          state: 'warning',
          says: line.slice('Warning: '.length),
          todo: 'correct the file; `bridge routes check` reads it again',
        }
      : { check: 'routes', state: 'ok', says: line },
  )
}
