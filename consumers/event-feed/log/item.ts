import type { RecordOf } from '../../../schemas/catalogue.ts'
import type { Facets } from '../../delivery/routes/facets.ts'

/** What kind of event a record tells of. */
export type Genuineness = 'genuine' | 'test' | 'sample' | 'simulate'

/** A record of the log as all clients share it. */
export interface FeedItem {
  /** Index of its partition in the layout. */
  index: number
  offset: number
  /** Milliseconds since 1970. */
  timestamp: number
  event: string
  /** What filters and tokens ask for; undefined for a record that cannot be read. */
  facets: FeedFacets | undefined
  /** The bytes that the item takes in memory, about. */
  size: number
  /** The lines `event:` and `data:` of one shape. They are made once for all clients. */
  linesOf(shape: Shape): Buffer
}

export interface FeedFacets extends Facets {
  projectId: number | null
  genuineness: Genuineness
}

/** What the data of an event is: GitLab's body, the decoded record, or what a list shows of it. */
export const shapes = ['body', 'record', 'summary'] as const
export type Shape = (typeof shapes)[number]

/** A decoded record. */
export interface ReadRecord {
  record: RecordOf
  /** Why the record has no body; undefined if it has. */
  rawMissing: string | undefined
}

/** A record with its place. */
export interface PlacedRecord extends ReadRecord {
  topic: string
  partition: number
  offset: number
}
