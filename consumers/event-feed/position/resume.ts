import type { EventId } from './event-id.ts'
import type { Coverage, FeedPartition, Layout } from './layout.ts'

/** Events before the time of an id are sent again for so long, in milliseconds: clocks differ. */
export const timeMarginMs = 60_000

/** Records that Kafka no longer has. */
export interface MissingRecords {
  topic: string
  partition: number
  from_offset: number
  to_offset: number
}

/** Why a stream continues by time. */
export type TimeReason =
  | 'another_cluster'
  | 'other_topics'
  | 'offsets_too_long_for_an_id'
  | 'offsets_beyond_the_end'

/** Where a stream continues. `next` is the next offset of each covered partition. */
export type Resume =
  | { basis: 'offset'; next: Float64Array; missing: readonly MissingRecords[] }
  | { basis: 'time'; since: number; because: TimeReason }

/** The range of offsets of one covered partition. */
export interface PartitionEnds {
  low: number
  high: number
}

/** Decides whether an id can continue by its offsets, before the offsets are compared with the log. */
export const offsetsOf = (
  id: EventId,
  { cluster, incarnations, indexes }: Coverage,
): Float64Array | Extract<Resume, { basis: 'time' }> => {
  const byTime = (because: TimeReason) =>
    ({ basis: 'time', since: Math.max(0, id.time - timeMarginMs), because }) as const
  if (!id.cluster.equals(cluster)) return byTime('another_cluster')
  if (id.kind === 'time') return byTime('offsets_too_long_for_an_id')
  if (!id.incarnations.equals(incarnations) || id.offsets.length !== indexes.length)
    return byTime('other_topics')
  return id.offsets
}

/**
 * Compares the offsets of an id with the log. Offsets that the log no longer has are reported as missing, and
 * the stream continues with the oldest record that exists. An offset beyond the end belongs to a log that was
 * cut, so the stream continues by time.
 *
 * @param ends of the covered partitions, in their order
 */
export const compareWithLog = (
  id: EventId,
  offsets: Float64Array,
  ends: readonly PartitionEnds[],
  partitions: readonly FeedPartition[],
): Resume => {
  if (ends.some(({ high }, slot) => (offsets[slot] ?? 0) > high))
    return { basis: 'time', since: Math.max(0, id.time - timeMarginMs), because: 'offsets_beyond_the_end' }
  const missing: MissingRecords[] = []
  const next = Float64Array.from(offsets, (offset, slot) => {
    const low = ends[slot]?.low ?? 0
    const place = partitions[slot]
    if (offset >= low || place === undefined) return offset
    const { topic, partition } = place
    missing.push({ topic, partition, from_offset: offset, to_offset: low - 1 })
    return low
  })
  return { basis: 'offset', next, missing }
}

/** The covered partitions, in their order. */
export const partitionsOf = (layout: Layout, { indexes }: Coverage): FeedPartition[] =>
  indexes.flatMap((index) => layout.partitions[index] ?? [])
