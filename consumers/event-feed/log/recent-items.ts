import type { FeedItem } from './item.ts'

/** The newest items in memory, in the order in which they were read. */
export interface RecentItems {
  push(item: FeedItem): void
  /** The number of the item that `push` gets next. */
  head(): number
  /** The number of the oldest item that is still there. */
  tail(): number
  at(number: number): FeedItem | undefined
  /** The first offset of each partition from which on every record that was read is here. */
  readonly from: Float64Array
}

/**
 * @param from where reading begins in each partition
 * @param maxBytes the newest item stays even if it alone is larger
 */
export const createRecentItems = (from: Float64Array, maxBytes: number): RecentItems => {
  let items: FeedItem[] = []
  let dropped = 0
  let first = 0
  let bytes = 0
  return {
    from,
    push: (item) => {
      items.push(item)
      bytes += item.size
      const before = first
      while (bytes > maxBytes && first < items.length - 1) {
        const oldest = items[first++]
        if (oldest === undefined) break
        bytes -= oldest.size
        from[oldest.index] = oldest.offset + 1
      }
      // Removing from the front of an array costs its length, so it is done rarely.
      if (first > 1000 && first > items.length / 2) {
        items = items.slice(first)
        dropped += first
        first = 0
      } else items.fill(emptied, before, first)
    },
    head: () => dropped + items.length,
    tail: () => dropped + first,
    at: (number) => (number < dropped + first ? undefined : items[number - dropped]),
  }
}

/** Takes the place of an item that was dropped, so that its memory is free. */
const emptied: FeedItem = {
  index: 0,
  offset: 0,
  timestamp: 0,
  event: '',
  facets: undefined,
  size: 0,
  linesOf: () => Buffer.alloc(0),
}
