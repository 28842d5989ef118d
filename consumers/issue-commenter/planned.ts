import type { RecordOf } from '../../schemas/catalogue.ts'
import type { PlannedEffect } from '../consumer.ts'
import { facetsOf } from '../delivery/routes/facets.ts'
import { routeVerdicts, whyNowhere } from '../delivery/routes/match-routes.ts'
import { readRoutes } from '../delivery/routes/read-routes.ts'
import { commentOf, sentenceOf } from './comment.ts'
import { taskRulesOf } from './task-rules-of.ts'
import { tasksIn } from './tasks-in.ts'
import { trackerOf } from './trackers/index.ts'
import { type TrackerDestination, trackerTypes } from './trackers/tracker.ts'

const skip = (because: string): PlannedEffect => ({ would: 'skip', because })

/**
 * What the worker would write for a record, and why a route would not. It calls no server, so that it knows
 * the last commit only.
 */
export const planned = (
  record: RecordOf<'merge_request'>,
  { ROUTES_FILE: file }: { ROUTES_FILE?: string },
): PlannedEffect[] => {
  if (file === undefined) return [skip('ROUTES_FILE is not set, so that there are no routes')]
  const comment = commentOf(record)
  if (comment === undefined)
    return [skip(`a merge request with the action ${record.action} leads to no comment`)]
  const { routes, destinations, ownUsers } = readRoutes(file, trackerTypes).value
  const facets = facetsOf(record)
  const nowhere = whyNowhere(facets, ownUsers)
  if (nowhere !== undefined) return [skip(nowhere)]
  const { description, last_commit } = record.object_attributes
  const texts = [description ?? '', last_commit?.message ?? '']
  const effects = routeVerdicts(routes, facets).flatMap(({ route, because }): PlannedEffect[] => {
    if (because !== undefined) return [skip(because)]
    return route.to.flatMap((to): PlannedEffect[] => {
      const destination = destinations.get(to) as TrackerDestination
      const tasks = tasksIn(texts, taskRulesOf(destination))
      const content = trackerOf(destination).write(sentenceOf(comment, 'bridge-preview'))
      if (tasks.length === 0)
        return [skip(`the description and the last commit name no task of ${to} (${destination.type})`)]
      return tasks.map((task) => ({ would: 'send', to: `${task} in ${to} (${destination.type})`, content }))
    })
  })
  return effects.length > 0 ? effects : [skip('there is no route to a tracker')]
}
