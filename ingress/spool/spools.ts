import type { Logger } from '../../lib/logger.ts'
import type { Hook } from '../hook.ts'
import { openSpool, type Spool } from './spool.ts'
import type { SpoolFolders } from './spool-folders.ts'
import type { SpoolState } from './spool-state.ts'

/** All hooks on disk: in one spool those that wait for the brokers, in one of its own for each topic those that wait for it alone. */
export interface Spools {
  readonly common: Spool
  readonly ofTopics: ReadonlyMap<string, Spool>
  /**
   * Resolves once the hook would survive a power failure.
   *
   * @param topic where the hook waits for this one alone
   * @throws RetriableError where there is no room or the disk takes nothing
   */
  append(hook: Hook, topic?: string): Promise<void>
  /** Whether hooks wait for this topic alone: none that comes later may overtake them. */
  isWaitedFor(topic: string): boolean
  /** Of all spools together. */
  state(): Readonly<SpoolState>
  /** Lets another process in. */
  close(): Promise<void>
}

const mebibyte = 1024 * 1024
const largestSegmentBytes = 64 * mebibyte

/**
 * Opens what an earlier process left, also of topics that are not ours any more.
 *
 * @param topics those that hooks may have to wait for
 * @param maxBytes the most all segments together may take. Topics that take nothing may have half of it: there must be room for an outage
 */
export const openSpools = async (
  folders: SpoolFolders,
  topics: readonly string[],
  maxBytes: number,
  logger: Logger,
): Promise<Spools> => {
  // A segment is deleted as a whole: the smaller it is, the sooner there is room again.
  const segmentBytes = Math.min(largestSegmentBytes, Math.ceil(maxBytes / 16))
  const ofTopics = new Map<string, Spool>()
  const onDisk = (spools: Iterable<Spool>): number =>
    [...spools].reduce((sum, { state }) => sum + state.bytes + state.passedBytes, 0)
  const hasRoom = (bytes: number): boolean => onDisk([common, ...ofTopics.values()]) + bytes <= maxBytes
  const hasRoomForTopic = (bytes: number): boolean =>
    hasRoom(bytes) && onDisk(ofTopics.values()) + bytes <= maxBytes / 2

  const common = await openSpool(folders.common, { hasRoom, segmentBytes }, logger)
  for (const topic of new Set([...topics, ...(await folders.topics())]))
    ofTopics.set(
      topic,
      await openSpool(folders.ofTopic(topic), { hasRoom: hasRoomForTopic, segmentBytes }, logger),
    )
  const all = [common, ...ofTopics.values()]

  return {
    common,
    ofTopics,
    append: (hook, topic = '') => (ofTopics.get(topic) ?? common).append(hook),
    isWaitedFor: (topic) => (ofTopics.get(topic)?.state.records ?? 0) > 0,
    state: () => ({
      records: sumOf(all, 'records'),
      bytes: sumOf(all, 'bytes'),
      passedBytes: sumOf(all, 'passedBytes'),
      setAside: sumOf(all, 'setAside'),
      oldestReceivedAt: all.reduce<number | null>(
        (oldest, { state }) => earlier(oldest, state.oldestReceivedAt),
        null,
      ),
      lastFailure: all.map(({ state }) => state.lastFailure).find((failure) => failure !== null) ?? null,
    }),
    close: async () => {
      for (const spool of all) await spool.close()
      await folders.close()
    },
  }
}

const sumOf = (spools: readonly Spool[], what: 'records' | 'bytes' | 'passedBytes' | 'setAside'): number =>
  spools.reduce((sum, { state }) => sum + state[what], 0)

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)
