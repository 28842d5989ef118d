import type { RecordOf } from '../../schemas/catalogue.ts'
import { projectPathOf } from '../../schemas/project-path.ts'
import type { Entry } from '../delivery/outbox/entry.ts'
import type { DestinationType } from '../delivery/routes/destination.ts'
import { facetsOf } from '../delivery/routes/facets.ts'
import { matchingRoutes, whyNowhere } from '../delivery/routes/match-routes.ts'
import type { Routes } from '../delivery/routes/read-routes.ts'
import { isMarkedReady } from '../event-text/is-marked-ready.ts'
import { instanceOf } from './gitlab/open-gitlabs.ts'
import type { Mentioning } from './mention.ts'

export const mentionTypes = ['gitlab'] as const satisfies readonly DestinationType[]

/** What a record becomes for each GitLab. */
export const entriesOf = (record: RecordOf, routes: Routes): Entry[] => {
  const mentioning = mentioningOf(record)
  if (mentioning === undefined || whyNobody(record, routes) !== undefined) return []
  return destinationsOf(record, routes).map((destination) => ({
    destination,
    lane: '',
    content: () => mentioning,
  }))
}

/** The merge request of a record; undefined if the record does not say which one it is. */
export const mentioningOf = (record: RecordOf): Mentioning | undefined => {
  if (record.eventType !== 'merge_request') return undefined
  const { project_id, object_attributes: own } = record
  const project = projectPathOf(record)
  if (project_id === null || own.iid === null || project === null) return undefined
  return { project_id, iid: own.iid, project, url: own.url }
}

/** Why nobody is mentioned whatever the routes say; undefined if somebody may be. */
export const whyNobody = (record: RecordOf, { ownUsers }: Pick<Routes, 'ownUsers'>): string | undefined => {
  if (record.eventType !== 'merge_request') return `the event is ${record.eventType}`
  const { action, object_attributes: own } = record
  const nowhere = whyNowhere(facetsOf(record), ownUsers)
  if (nowhere !== undefined) return nowhere
  if (own.draft === true) return 'the merge request is a draft'
  if (action === 'open' || isMarkedReady(record)) return undefined
  return 'the merge request was neither opened nor marked ready'
}

/**
 * The GitLab instances to which the routes lead. Where there are several, only the one that the record comes
 * from: ids of one GitLab mean nothing in another. A single one may have another address than its hooks name.
 */
export const destinationsOf = (record: RecordOf, { routes, destinations }: Routes): string[] => {
  const names = new Set(matchingRoutes(routes, facetsOf(record)).flatMap(({ to }) => to))
  if (destinations.size === 1) return [...names]
  return [...names].filter((name) => {
    const destination = destinations.get(name)
    return destination !== undefined && instanceOf(destination) === record.delivery.instance
  })
}
