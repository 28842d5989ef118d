import { isInvented } from '../../../lib/invented-sources.ts'
import type { EventType, RecordOf } from '../../../schemas/catalogue.ts'
import { facetsOf } from '../../delivery/routes/facets.ts'
import { isTest } from '../../event-text/is-test.ts'
import { placeOf } from '../../event-text/place.ts'
import { eventLines } from './event-lines.ts'
import type { FeedFacets, FeedItem, Genuineness, PlacedRecord, ReadRecord, Shape } from './item.ts'
import { recordOf, summaryOf } from './record-shapes.ts'

/** Where a record lies, and the index of its partition. */
export interface ItemPlace {
  topic: string
  partition: number
  offset: number
  timestamp: number
  index: number
  event: EventType
}

/** What an item takes in memory beside its lines, about, in bytes. */
const itemBytes = 1000

export const makeItem = (place: ItemPlace, { record, rawMissing }: ReadRecord): FeedItem => {
  const placed: PlacedRecord = { ...place, record, rawMissing }
  const made = new Map<Shape, Buffer>()
  return {
    ...positionOf(place),
    facets: feedFacetsOf(record),
    size: itemBytes + 3 * record.raw.length,
    linesOf: (shape) => {
      const lines = made.get(shape) ?? linesOf(shape, place, placed)
      made.set(shape, lines)
      return lines
    },
  }
}

/** An item that tells that a record cannot be read: it would otherwise be missing without a trace. */
export const makeUnreadableItem = (place: ItemPlace, problem: string): FeedItem => {
  const lines = unreadableLines(place, problem)
  return {
    ...positionOf(place),
    facets: undefined,
    size: itemBytes,
    linesOf: () => lines,
  }
}

const unreadableLines = ({ topic, partition, offset }: ItemPlace, problem: string): Buffer =>
  eventLines('unreadable', JSON.stringify({ topic, partition, offset, problem }))

const linesOf = (shape: Shape, place: ItemPlace, placed: PlacedRecord): Buffer => {
  const { rawMissing } = placed
  return shape === 'body' && rawMissing !== undefined
    ? unreadableLines(place, rawMissing)
    : eventLines(place.event, dataOf(shape, placed))
}

const positionOf = ({ index, offset, timestamp, event }: ItemPlace) => ({ index, offset, timestamp, event })

const feedFacetsOf = (record: RecordOf): FeedFacets => ({
  ...facetsOf(record),
  projectId: projectIdOf(record),
  genuineness: genuinenessOf(record),
})

const projectIdOf = (record: RecordOf): number | null => {
  const { project_id } = placeOf(record)
  return project_id ?? ('project' in record ? (record.project?.id ?? null) : null)
}

export const genuinenessOf = (record: RecordOf): Genuineness => {
  const { source } = record.delivery
  if (isInvented(source)) return source
  return isTest(record) ? 'test' : 'genuine'
}

const dataOf = (shape: Shape, placed: PlacedRecord): string => {
  switch (shape) {
    case 'body':
      return placed.record.raw.toString()
    case 'record':
      return JSON.stringify(recordOf(placed))
    case 'summary':
      return JSON.stringify(summaryOf(placed, genuinenessOf(placed.record)))
  }
}
