import type { RecordOf } from '../../schemas/catalogue.ts'
import type { PlannedEffect } from '../consumer.ts'
import { jsonIn } from '../delivery/http/json-in.ts'
import { facetsOf } from '../delivery/routes/facets.ts'
import { routeVerdicts, whyNowhere } from '../delivery/routes/match-routes.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { type ChatDestination, chatTypes } from './budgets.ts'
import { compose } from './message/compose.ts'
import { requestOf } from './request-of.ts'
import { whyUntold } from './told-states.ts'

/** What the worker would send for a record, and why a route would not send it. */
export const planned = (
  record: RecordOf,
  { ROUTES_FILE: file }: { ROUTES_FILE?: string },
): PlannedEffect[] => {
  if (file === undefined)
    return [{ would: 'skip', because: 'ROUTES_FILE is not set, so that there are no routes' }]
  const { routes, destinations, people, ownUsers } = readRoutes(file, chatTypes).value
  const facets = facetsOf(record)
  const nowhere = whyNowhere(facets, ownUsers)
  if (nowhere !== undefined) return [{ would: 'skip', because: nowhere }]
  const verdicts = routeVerdicts(routes, facets, (route) => whyUntold(route, facets))
  const effects = verdicts.flatMap(({ route, because }): PlannedEffect[] => {
    if (because !== undefined) return [{ would: 'skip', because }]
    return route.to.map((to) => {
      const destination = destinations.get(to) as ChatDestination
      const { request } = requestOf(destination, compose(record, route), people, {
        transaction: 'preview',
        replaces: undefined,
      })
      const text = String(request.body)
      return { would: 'send', to: `${to} (${destination.type})`, content: jsonIn(text) ?? text }
    })
  })
  return effects.length > 0 ? effects : [{ would: 'skip', because: 'there is no route to a chat' }]
}
