import type { Logger } from '../../lib/logger.ts'
import type { Hook } from '../hook.ts'
import { openSpool, type Spool, type SpoolLimits } from './spool.ts'
import type { SpoolFolder } from './spool-folder.ts'
import type { SpoolFolders } from './spool-folders.ts'
import { isHanging, type SpoolAccount, type SpoolState } from './spool-state.ts'

/**
 * All hooks on disk. The common spool holds the hooks that wait for the brokers. Each topic has a spool of
 * its own, for hooks that wait only for this topic.
 */
export interface Spools {
  readonly common: Spool
  readonly ofTopics: ReadonlyMap<string, Spool>
  /**
   * Resolves once the hook would survive a power failure.
   *
   * @param topic the topic that the hook waits for; undefined: it waits for the brokers
   * @throws RetriableError if there is no room or the disk cannot be written
   */
  append(hook: Hook, topic?: string): Promise<void>
  /** The same for several hooks, in order: all of them or none. */
  appendAll(hooks: readonly Hook[], topic?: string): Promise<void>
  /** Whether the disk does not answer, so that appends fail at once. @param topic as in `append` */
  isHanging(topic?: string): boolean
  /** Whether hooks wait for this topic. Later hooks of the topic must not overtake them. */
  hasWaitingHooks(topic: string): boolean
  /** The sum of all spools. */
  state(): Readonly<SpoolState>
  /** The same of what went in and out. */
  account(): Readonly<SpoolAccount>
  /** Closes all spools. Another process can then open them. */
  close(): Promise<void>
}

const mebibyte = 1024 * 1024
const largestSegmentBytes = 64 * mebibyte

/** A segment is deleted as a whole: smaller segments make room sooner. */
const segmentsInLimit = 16

/** Unavailable topics may use this share of the limit. The rest is kept for an outage of the brokers. */
const shareOfTopics = 1 / 2

/**
 * Opens all spools, including those of topics that are not ours any more but have hooks on disk.
 *
 * @param folders are closed with the spools, also if this throws
 * @param topics those that hooks may have to wait for
 * @param maxBytes limit of all segments together
 */
export const openSpools = async (
  folders: SpoolFolders,
  topics: readonly string[],
  maxBytes: number,
  logger: Logger,
): Promise<Spools> => {
  const opened = new AsyncDisposableStack()
  opened.defer(() => folders.close())
  const segmentBytes = Math.min(largestSegmentBytes, Math.ceil(maxBytes / segmentsInLimit))
  const ofTopics = new Map<string, Spool>()
  const hasRoom = (bytes: number): boolean => bytesOnDisk(all) + bytes <= maxBytes
  const hasRoomForTopic = (bytes: number): boolean =>
    hasRoom(bytes) && bytesOnDisk([...ofTopics.values()]) + bytes <= maxBytes * shareOfTopics
  const all: Spool[] = []
  const open = async (folder: SpoolFolder, limit: SpoolLimits['hasRoom']): Promise<Spool> => {
    const spool = await openSpool(folder, { hasRoom: limit, segmentBytes }, logger)
    opened.defer(() => spool.close())
    all.push(spool)
    return spool
  }

  try {
    const common = await open(folders.common, hasRoom)
    for (const topic of new Set([...topics, ...(await folders.topics())]))
      ofTopics.set(topic, await open(folders.ofTopic(topic), hasRoomForTopic))
    const appendAll = (hooks: readonly Hook[], topic = ''): Promise<void> =>
      (ofTopics.get(topic) ?? common).appendAll(hooks)
    return {
      common,
      ofTopics,
      append: (hook, topic) => appendAll([hook], topic),
      appendAll,
      isHanging: (topic = '') => isHanging((ofTopics.get(topic) ?? common).state),
      hasWaitingHooks: (topic) => (ofTopics.get(topic)?.state.records ?? 0) > 0,
      state: () => sumOf(all.map(({ state }) => state)),
      account: () => sumOfAccounts(all.map(({ account }) => account)),
      close: () => opened.disposeAsync(),
    }
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

const bytesOnDisk = (spools: readonly Spool[]): number =>
  spools.reduce((sum, { state }) => sum + state.bytes + state.passedBytes, 0)

const sumOf = (states: readonly Readonly<SpoolState>[]): SpoolState => {
  const sum = (field: 'records' | 'moving' | 'bytes' | 'passedBytes' | 'setAside') =>
    states.reduce((total, state) => total + state[field], 0)
  const received = states.flatMap(({ oldestReceivedAt }) => oldestReceivedAt ?? [])
  const failures = states.flatMap(({ lastFailure }) => lastFailure ?? [])
  return {
    records: sum('records') - sum('moving'),
    moving: 0,
    bytes: sum('bytes'),
    passedBytes: sum('passedBytes'),
    setAside: sum('setAside'),
    oldestReceivedAt: received.length === 0 ? null : Math.min(...received),
    lastFailure: failures[0] ?? null,
  }
}

const sumOfAccounts = (accounts: readonly Readonly<SpoolAccount>[]): SpoolAccount => {
  const sum = (field: keyof SpoolAccount) => accounts.reduce((total, account) => total + account[field], 0)
  return { appended: sum('appended'), published: sum('published'), unaccounted: sum('unaccounted') }
}
