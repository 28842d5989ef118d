import { hash } from 'node:crypto'
import { PermanentError } from '../../lib/errors.ts'
import { catalogue, type RecordOf } from '../../schemas/catalogue.ts'
import type { Entry } from '../delivery/outbox/entry.ts'
import type { Destination, DestinationType } from '../delivery/routes/destination.ts'
import { facetsOf } from '../delivery/routes/facets.ts'
import { matchingRoutes } from '../delivery/routes/match-routes.ts'
import type { Routes } from '../delivery/routes/read-routes.ts'
import { gitlabHeaders } from './gitlab-headers.ts'

export const forwardTypes = ['forward'] as const satisfies readonly DestinationType[]

export type ForwardDestination = Destination<'forward'>

/** How many requests run at the same time to a receiver that needs no order. */
const unorderedLanes = 8

/** Whether the body was published in pieces that Kafka no longer holds. */
export const isBodyGone = ({ raw, delivery }: Pick<RecordOf, 'raw' | 'delivery'>): boolean =>
  raw.length === 0 && delivery.raw_chunks !== null

const receiversOf = (record: RecordOf, { routes }: Pick<Routes, 'routes'>): Set<string> =>
  new Set(matchingRoutes(routes, facetsOf(record)).flatMap(({ to }) => to))

/** Whether the routes, as they are now, send a record to a destination. */
export const isRoutedTo = (destination: string, record: RecordOf, routes: Pick<Routes, 'routes'>): boolean =>
  receiversOf(record, routes).has(destination)

/** What a record becomes for each receiver: the headers and the body of a hook. */
export const entriesOf = (record: RecordOf, { routes, destinations }: Routes): Entry[] => {
  const names = receiversOf(record, { routes })
  if (names.size > 0 && isBodyGone(record))
    throw new PermanentError('the pieces of the body are no longer in Kafka')
  return [...names].map((destination) => ({
    destination,
    lane: laneOf(record, destinations.get(destination) as ForwardDestination),
    content: () => gitlabHeaders(record),
    body: record.raw,
  }))
}

/** Hooks of one lane are sent one after the other. */
const laneOf = (record: RecordOf, { order }: ForwardDestination): string =>
  order === 'project'
    ? (catalogue[record.eventType].key as (record: RecordOf) => string)(record)
    : String(Number.parseInt(hash('sha256', record.delivery.id).slice(0, 4), 16) % unorderedLanes)
