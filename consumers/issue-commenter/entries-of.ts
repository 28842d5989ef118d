import type { RecordOf } from '../../schemas/catalogue.ts'
import type { Entry } from '../delivery/outbox/entry.ts'
import { facetsOf } from '../delivery/routes/facets.ts'
import { matchingRoutes, whyNowhere } from '../delivery/routes/match-routes.ts'
import type { Routes } from '../delivery/routes/read-routes.ts'
import { commentOf } from './comment.ts'
import { taskRulesOf } from './task-rules-of.ts'
import { tasksIn } from './tasks-in.ts'
import type { TrackerDestination } from './trackers/tracker.ts'

/** The trackers that get comments on a record: those of its routes, but none if one of our bots caused it. */
export const trackersFor = (record: RecordOf, { routes, destinations, ownUsers }: Routes) => {
  const facets = facetsOf(record)
  if (whyNowhere(facets, ownUsers) !== undefined) return []
  const names = new Set(matchingRoutes(routes, facets).flatMap(({ to }) => to))
  return [...names].map((name) => destinations.get(name) as TrackerDestination)
}

/**
 * What a record becomes: one comment for each task, in each tracker.
 *
 * @param messages reads the messages of the commits. It is not called if no tracker gets a comment
 */
export const entriesOf = async (
  record: RecordOf,
  routes: Routes,
  messages: (record: RecordOf<'merge_request'>) => Promise<readonly string[]>,
): Promise<Entry[]> => {
  if (record.eventType !== 'merge_request') return []
  const comment = commentOf(record)
  const trackers = comment === undefined ? [] : trackersFor(record, routes)
  if (trackers.length === 0) return []
  const texts = [record.object_attributes.description ?? '', ...(await messages(record))]
  return trackers.flatMap((destination) =>
    tasksIn(texts, taskRulesOf(destination)).map((part) => ({
      ...{ destination: destination.name, lane: '', part },
      content: () => comment,
    })),
  )
}
