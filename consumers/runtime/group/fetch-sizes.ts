import type { EventType } from '../../../schemas/catalogue.ts'
import type { Handler } from '../../consumer.ts'

/** How much the client fetches at a time, in bytes. A record that is larger is fetched all the same. */
export interface FetchSizes {
  /** From all partitions together. The client changes their order with every fetch. */
  maxBytes: number
  maxBytesPerPartition: number
}

/**
 * A batch handler needs much at a time to fill its batches. For a handler of single records little is as
 * fast, and memory stays low. One partition may take half of a fetch: several partitions are then handled at
 * the same time, and the last partition with a backlog still gets portions of a useful size.
 */
export const fetchSizesOf = (handler: Handler<EventType>): FetchSizes =>
  'batchSize' in handler
    ? { maxBytes: 4096 * 1024, maxBytesPerPartition: 1024 * 1024 }
    : { maxBytes: 768 * 1024, maxBytesPerPartition: 384 * 1024 }
