import type { Offsets, PartitionOffset } from '../../../lib/kafka/offsets.ts'
import type { Layout } from '../position/layout.ts'
import type { FeedItem } from './item.ts'
import { createRecentItems, type RecentItems } from './recent-items.ts'

/** What the process has read of one layout. Another layout begins another generation. */
export interface Generation {
  layout: Layout
  recent: RecentItems
  /** The next offset to read, by the index of the partition. */
  next: Float64Array
  /** The newest timestamp that was read, in milliseconds since 1970. */
  time: number
}

/** Begins with the records since a time, so that clients which come back soon are served from memory. */
export const beginGeneration = async (
  offsets: Pick<Offsets, 'at'>,
  layout: Layout,
  since: number,
  maxBytes: number,
): Promise<Generation> => {
  const starts = await offsets.at(
    layout.topics.map(({ topic }) => topic),
    since,
  )
  const next = nextOf(layout, starts)
  return { layout, recent: createRecentItems(next.slice(), maxBytes), next, time: since }
}

/** Offsets by the index of their partition. */
export const nextOf = (layout: Layout, offsets: readonly PartitionOffset[]): Float64Array => {
  const next = new Float64Array(layout.partitions.length)
  for (const { topic, partition, offset } of offsets) {
    const index = layout.indexOf(topic, partition)
    if (index !== undefined) next[index] = offset
  }
  return next
}

export const addItem = (generation: Generation, item: FeedItem): void => {
  generation.next[item.index] = item.offset + 1
  generation.time = Math.max(generation.time, item.timestamp)
  generation.recent.push(item)
}

/** Where reading continues in each partition. */
export const placesOf = ({ layout, next }: Pick<Generation, 'layout' | 'next'>): PartitionOffset[] =>
  layout.partitions.map(({ topic, partition }, index) => ({ topic, partition, offset: next[index] ?? 0 }))
