import { partitionName } from '../../lib/kafka/partition-name.ts'
/** What the cutter must know of a message. */
export interface Sized {
  topic: string
  partition: number
  /** Size on the wire, at least. */
  bytes: number
  /** The topic's `max.message.bytes`: it holds for all records of one topic-partition in a request together. */
  maxBytesTogether: number
}

/** Of one request. */
export interface BatchLimits {
  records: number
  bytes: number
}

/**
 * Takes the next batch from the front of the queue. The order within a partition is kept: once a message stays behind,
 * so do all later ones of its partition. The first message is taken whatever its size.
 *
 * @returns the batch and what stays, both in order
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
    if (batch.length === limits.records || bytes >= limits.bytes)
      return { batch, rest: rest.concat(queue.slice(index)) }
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
