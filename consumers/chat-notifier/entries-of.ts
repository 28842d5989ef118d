import type { RecordOf } from '../../schemas/catalogue.ts'
import type { Entry } from '../delivery/outbox/entry.ts'
import { type Facets, facetsOf } from '../delivery/routes/facets.ts'
import { matchingRoutes, whyNowhere } from '../delivery/routes/match-routes.ts'
import type { Routes } from '../delivery/routes/read-routes.ts'
import type { Route } from '../delivery/routes/route.ts'
import { compose } from './message/compose.ts'
import { tell } from './message/tell.ts'
import { changeFor, whyUntold } from './told-states.ts'

/** How long updates of a merge request or an issue wait for further ones. */
const holdMs = 20_000

/** What a record becomes for each channel. A channel is told once, by the first of its routes. */
export const entriesOf = (record: RecordOf, { routes, ownUsers }: Routes): Entry[] => {
  const facets = facetsOf(record)
  if (whyNowhere(facets, ownUsers) !== undefined) return []
  const entries = new Map<string, Entry>()
  for (const route of matchingRoutes(routes, facets)) {
    if (whyUntold(route, facets) !== undefined) continue
    for (const destination of route.to)
      if (!entries.has(destination)) entries.set(destination, entryOf(record, route, facets, destination))
  }
  return [...entries.values()]
}

const entryOf = (record: RecordOf, route: Route, facets: Facets, destination: string): Entry => {
  const { mergeKey, waits } = tell(record)
  const change = changeFor(record, route, facets, destination)
  return {
    destination,
    lane: '',
    content: (last) =>
      compose(record, route, last === 'failed' && facets.status === 'success' ? 'fixed' : undefined),
    ...(change !== undefined && { change }),
    ...(mergeKey !== undefined && { mergeKey }),
    ...(waits !== undefined && { holdMs }),
  }
}
