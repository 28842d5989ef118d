import type { EventType } from '../../../schemas/catalogue.ts'
import type { Handler } from '../../consumer.ts'

/** How much the client fetches at a time, in bytes. A record that is larger is fetched all the same. */
export interface FetchSizes {
  /** From all partitions together. The client changes their order with every fetch. */
  maxBytes: number
  maxBytesPerPartition: number
}

/** The usual record has some kilobytes more or less. */
const bytesPerRecord = 2 * 1024
const minBytes = 384 * 1024

/**
 * A batch handler needs enough at a time to fill its batches, and no more: a process holds several fetches,
 * the one that is handled, the next one, and those whose memory is not free yet. For a handler of single
 * records little is as fast, and memory stays low. One partition may take a part of a fetch only: several
 * partitions are then handled at the same time, and the last partition with a backlog still gets portions of
 * a useful size.
 */
export const fetchSizesOf = (handler: Handler<EventType>): FetchSizes => {
  if (!('batchSize' in handler)) return { maxBytes: 2 * minBytes, maxBytesPerPartition: minBytes }
  const maxBytesPerPartition = Math.max(minBytes, handler.batchSize * bytesPerRecord)
  return { maxBytes: 4 * maxBytesPerPartition, maxBytesPerPartition }
}
