import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { readLog } from '../../../lib/kafka/log-reader.ts'
import type { Offsets } from '../../../lib/kafka/offsets.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import { isSameLayout } from '../position/layout.ts'
import { addItem, type Generation, placesOf } from './generation.ts'
import type { Outage } from './outage.ts'
import { type ItemSource, readItem } from './read-items.ts'
import { readLayout } from './read-layout.ts'

export interface FollowOptions {
  source: ItemSource
  offsets: Offsets
  /** Topic → its event. */
  topics: ReadonlyMap<string, EventType>
  outage: Outage
  signal: AbortSignal
  /** How often the topics are compared with those that exist, in milliseconds. */
  pollMs: number
  /** Called with the size of each item that was added to the generation. */
  onItem(bytes: number): void
  /** Called once every record that existed at the start has been read. */
  onCaughtUp(): void
  /** Called with each error. Reading continues behind it. */
  onError(error: unknown): void
}

type LayoutPoll = Pick<FollowOptions, 'topics' | 'outage' | 'signal'> & {
  offsets: Parameters<typeof readLayout>[0]
}

const retryMs = 1000

/**
 * After so many bytes of items, the sockets of the clients get time to write. The brokers may send much more
 * at a time, and it would all wait in memory.
 */
const writtenTogether = 1024 * 1024

/**
 * Reads on until the topics are others than those of the generation, or until the log no longer has the next
 * record, or until the signal aborts. After any other error it reads again from the same place.
 */
export const followGeneration = async (generation: Generation, options: FollowOptions): Promise<void> => {
  const changed = new AbortController()
  const signal = AbortSignal.any([options.signal, changed.signal])
  const timer = setInterval(async () => {
    if (await hasOtherTopics(generation, options)) changed.abort()
  }, options.pollMs)
  try {
    while (!signal.aborted) {
      await readOn(generation, options, signal).catch((error: unknown) => {
        options.outage.begin('records', error)
        options.onError(error)
      })
      if (!signal.aborted) await sleep(retryMs, undefined, { signal }).catch(() => undefined)
      if (!signal.aborted && (await hasLost(generation, options.offsets))) return
    }
  } finally {
    clearInterval(timer)
  }
}

const readOn = async (
  generation: Generation,
  { source, outage, onItem, onCaughtUp }: FollowOptions,
  signal: AbortSignal,
): Promise<void> => {
  const { layout } = generation
  const reading = readLog(source.kafka, {
    topics: layout.topics.map(({ topic }) => topic),
    from: placesOf(generation),
    signal,
    onOutage: (error) => outage.begin('brokers', error),
    onCaughtUp: () => {
      outage.end('records')
      onCaughtUp()
    },
  })
  let unsent = 0
  for await (const message of reading) {
    const item = await readItem(source, layout, message)
    outage.end('records')
    if (item === undefined) continue
    addItem(generation, item)
    onItem(item.size)
    unsent += item.size
    if (unsent < writtenTogether) continue
    unsent = 0
    await setImmediate()
  }
}

/**
 * Whether the topics are others than those of the generation. It asks the leaders of all partitions, so that
 * their answer ends an outage of the brokers also while no record comes.
 */
export const hasOtherTopics = async (
  { layout }: Pick<Generation, 'layout'>,
  { offsets, topics, outage, signal }: LayoutPoll,
): Promise<boolean> => {
  try {
    const now = await readLayout(offsets, topics)
    outage.end('brokers')
    return !isSameLayout(now, layout)
  } catch (error) {
    if (!signal.aborted) outage.begin('brokers', error)
    return false
  }
}

/** Whether the log no longer has what would be read next. */
const hasLost = async ({ layout, next }: Generation, offsets: Offsets): Promise<boolean> => {
  const ends = await offsets.ends(layout.topics.map(({ topic }) => topic)).catch(() => [])
  return ends.some(({ topic, partition, low, high }) => {
    const at = next[layout.indexOf(topic, partition) ?? -1]
    return at !== undefined && (at < low || at > high)
  })
}
