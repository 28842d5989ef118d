import type { EventType } from '../../../schemas/catalogue.ts'
import type { Handler } from '../../consumer.ts'

/** How much the client fetches at a time, in bytes; a larger record comes nevertheless. */
export interface FetchSizes {
  /** Of all partitions together. The client asks for them in another order each time, so that none waits for ever. */
  maxBytes: number
  maxBytesPerPartition: number
}

/**
 * Batches are to fill up. Single records take little at a time: it is as fast, and memory stays low. Half an answer may be one partition's,
 * so that several are handled side by side and the last one that has a backlog is not worked off in crumbs.
 */
export const fetchSizesOf = (handler: Handler<EventType>): FetchSizes =>
  'batchSize' in handler
    ? { maxBytes: 4096 * 1024, maxBytesPerPartition: 1024 * 1024 }
    : { maxBytes: 768 * 1024, maxBytesPerPartition: 384 * 1024 }
