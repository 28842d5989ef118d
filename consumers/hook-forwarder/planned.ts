import type { RecordOf } from '../../schemas/catalogue.ts'
import type { PlannedEffect } from '../consumer.ts'
import { facetsOf } from '../delivery/routes/facets.ts'
import { routeVerdicts } from '../delivery/routes/match-routes.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { forwardTypes } from './entries-of.ts'
import { gitlabHeaders } from './gitlab-headers.ts'

/** What the worker would post for a record, and why a route would not post it. */
export const planned = (
  record: RecordOf,
  { ROUTES_FILE: file }: { ROUTES_FILE?: string },
): PlannedEffect[] => {
  if (file === undefined)
    return [{ would: 'skip', because: 'ROUTES_FILE is not set, so that there are no routes' }]
  const { routes } = readRoutes(file, forwardTypes).value
  const effects = routeVerdicts(routes, facetsOf(record)).flatMap(({ route, because }): PlannedEffect[] => {
    if (because !== undefined) return [{ would: 'skip', because }]
    const content = {
      headers: gitlabHeaders(record),
      body: `${record.raw.length} bytes, as they were received`,
    }
    return route.to.map((to) => ({ would: 'send', to, content }))
  })
  return effects.length > 0 ? effects : [{ would: 'skip', because: 'there is no route to a receiver' }]
}
