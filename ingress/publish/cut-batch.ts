import { partitionName } from '../../lib/kafka/partition-name.ts'

/** What determines into which request a message fits. */
export interface Sized {
  topic: string
  partition: number
  /** Its estimated size in the request, in bytes. */
  bytes: number
  /**
   * The `max.message.bytes` of its topic. This limit holds for all records of one partition in a request
   * together.
   */
  maxBytesTogether: number
  /** Whether it has its result already, so that it need not be sent any more. */
  isSettled?: boolean
  /**
   * Set while it only reserves a place in the queue and cannot be sent yet. The later messages of its
   * partition wait for it; if its partition is not known yet, all later messages do.
   */
  reserves?: 'partition' | 'everything' | undefined
}

/** The limits of one produce request. */
export interface BatchLimits {
  records: number
  bytes: number
}

/**
 * Takes the next batch from the front of the queue. It keeps the order within each partition: once a message
 * does not fit or is not ready, all later messages of its partition stay in the queue, too. The first message
 * is taken whatever its size is. Messages that have been settled meanwhile are dropped.
 *
 * @returns the batch and the rest of the queue, both in their old order. The batch is empty if no message can
 *   be sent now.
 */
export const cutBatch = <T extends Sized>(
  queue: readonly T[],
  limits: BatchLimits,
): { batch: T[]; rest: T[] } => {
  const batch: T[] = []
  const rest: T[] = []
  const bytesOf = new Map<string, number>()
  let bytes = 0
  for (const [index, message] of queue.entries()) {
    const isFull = batch.length === limits.records || bytes >= limits.bytes
    if (message.isSettled) continue
    if (isFull || message.reserves === 'everything') return { batch, rest: rest.concat(queue.slice(index)) }
    const partition = partitionName(message)
    const filled = bytesOf.get(partition) ?? 0
    const isNext = message.reserves === undefined && filled !== isClosed
    const fits = filled + message.bytes <= message.maxBytesTogether && bytes + message.bytes <= limits.bytes
    if (isNext && (fits || batch.length === 0)) {
      batch.push(message)
      bytes += message.bytes
      bytesOf.set(partition, filled + message.bytes)
    } else {
      rest.push(message)
      bytesOf.set(partition, isClosed)
    }
  }
  return { batch, rest }
}

/** Stands for the size of a partition of which no further message is taken. */
const isClosed = Number.POSITIVE_INFINITY
