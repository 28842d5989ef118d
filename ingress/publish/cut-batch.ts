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
}

/** The limits of one produce request. */
export interface BatchLimits {
  records: number
  bytes: number
}

/**
 * Takes the next batch from the front of the queue. It keeps the order within each partition: once a message
 * does not fit, all later messages of its partition stay in the queue, too. The first message is taken
 * whatever its size is.
 *
 * @returns the batch and the rest of the queue, both in their old order
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
    if (isFull) return { batch, rest: rest.concat(queue.slice(index)) }
    const partition = partitionName(message)
    const filled = bytesOf.get(partition) ?? 0
    const fits = filled + message.bytes <= message.maxBytesTogether && bytes + message.bytes <= limits.bytes
    if (fits || batch.length === 0) {
      batch.push(message)
      bytes += message.bytes
      bytesOf.set(partition, filled + message.bytes)
    } else {
      rest.push(message)
      bytesOf.set(partition, Number.POSITIVE_INFINITY)
    }
  }
  return { batch, rest }
}
