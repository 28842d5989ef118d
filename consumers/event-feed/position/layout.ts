import { hash } from 'node:crypto'
import type { EventType } from '../../../schemas/catalogue.ts'

/** A topic of the feed, with the id that tells it from one that was deleted and created again. */
export interface FeedTopic {
  topic: string
  event: EventType
  id: string
  partitions: number
}

/** One partition of the feed. Its place in `Layout.partitions` is its index. */
export interface FeedPartition {
  topic: string
  event: EventType
  partition: number
}

/** The partitions of the feed in a fixed order: by topic, then by number. */
export interface Layout {
  clusterId: string
  topics: readonly FeedTopic[]
  partitions: readonly FeedPartition[]
  /** The index of a partition; undefined if the feed does not know it. */
  indexOf(topic: string, partition: number): number | undefined
}

/** What a subscription reads of a layout. Two clients with the same events have equal coverages. */
export interface Coverage {
  topics: readonly string[]
  /** Indexes of partitions in the layout, in its order. */
  indexes: readonly number[]
  /** Index in the layout → place in `indexes`; -1 where it is not covered. */
  slots: Int16Array
  /** Digest of the cluster. */
  cluster: Buffer
  /** Digest of the topics, their ids and the numbers of their partitions. */
  incarnations: Buffer
}

export const clusterDigestBytes = 4
export const incarnationDigestBytes = 6

export const createLayout = (clusterId: string, unordered: readonly FeedTopic[]): Layout => {
  const topics = unordered.toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
  const partitions = topics.flatMap(({ topic, event, partitions: count }) =>
    Array.from({ length: count }, (_, partition): FeedPartition => ({ topic, event, partition })),
  )
  const first = new Map<string, { at: number; count: number }>()
  let at = 0
  for (const { topic, partitions: count } of topics) {
    first.set(topic, { at, count })
    at += count
  }
  return {
    clusterId,
    topics,
    partitions,
    indexOf: (topic, partition) => {
      const place = first.get(topic)
      return place === undefined || partition >= place.count ? undefined : place.at + partition
    },
  }
}

/** Whether two layouts have the same partitions of the same topics. */
export const isSameLayout = (a: Layout, b: Layout): boolean => textOf(a, a.topics) === textOf(b, b.topics)

/** So many coverages of one layout are remembered. */
const mostCoverages = 1000
const known = new WeakMap<Layout, Map<string, Coverage>>()

/**
 * Subscriptions to the same events share one coverage.
 *
 * @param events those that the subscription may receive
 */
export const coverageOf = (layout: Layout, events: ReadonlySet<EventType>): Coverage => {
  const key = [...events].sort().join()
  const ofLayout = known.get(layout) ?? new Map<string, Coverage>()
  known.set(layout, ofLayout)
  const found = ofLayout.get(key)
  if (found !== undefined) return found
  if (ofLayout.size >= mostCoverages) ofLayout.clear()
  const made = makeCoverage(layout, events)
  ofLayout.set(key, made)
  return made
}

const makeCoverage = (layout: Layout, events: ReadonlySet<EventType>): Coverage => {
  const topics = layout.topics.filter(({ event }) => events.has(event))
  const slots = new Int16Array(layout.partitions.length).fill(-1)
  const indexes: number[] = []
  for (const [index, { event }] of layout.partitions.entries())
    if (events.has(event)) slots[index] = indexes.push(index) - 1
  return {
    topics: topics.map(({ topic }) => topic),
    indexes,
    slots,
    cluster: digestOf(layout.clusterId, clusterDigestBytes),
    incarnations: digestOf(textOf(layout, topics), incarnationDigestBytes),
  }
}

const textOf = ({ clusterId }: Layout, topics: readonly FeedTopic[]): string =>
  [clusterId, ...topics.map(({ topic, id, partitions }) => `${topic} ${id} ${partitions}`)].join('\n')

const digestOf = (text: string, bytes: number): Buffer => hash('sha256', text, 'buffer').subarray(0, bytes)
