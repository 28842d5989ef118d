import type { Logger } from '../../lib/logger.ts'
import type { Hook } from '../hook.ts'
import { type AppendEntry, type AppendQueue, createAppendQueue } from './append-queue.ts'
import { type Count, countWaiting } from './count-waiting.ts'
import { encodeFrame } from './frame.ts'
import { createHookReader, type HookReader } from './hook-reader.ts'
import { readStart } from './position.ts'
import { createSegmentReader } from './segment-reader.ts'
import { createSegmentWriter } from './segment-writer.ts'
import type { SpoolFolder } from './spool-folder.ts'
import { SpoolFullError } from './spool-full-error.ts'
import {
  createSpoolTally,
  isHanging,
  type SpoolAccount,
  type SpoolState,
  type SpoolTally,
} from './spool-state.ts'

/** Hooks on disk that wait for Kafka, oldest first. */
export interface Spool {
  /**
   * Resolves once the hook would survive a power failure.
   *
   * @throws RetriableError if the spool is full or the disk cannot be written
   */
  append(hook: Hook): Promise<void>
  /** The same for several hooks, in order: all of them or none. */
  appendAll(hooks: readonly Hook[]): Promise<void>
  /**
   * Appends hooks that are moved here from another spool: all of them or none. There is always room for them,
   * because the other spool frees as much as this one takes.
   */
  appendMoved(hooks: readonly Hook[]): Promise<void>
  /**
   * The oldest hooks. Waits until there is one; returns none once the signal is aborted.
   *
   * @throws Error if the disk cannot be read
   */
  peek(signal: AbortSignal): Promise<readonly Hook[]>
  /**
   * Removes the hooks of the last `peek`. They must be safe elsewhere.
   *
   * @param left of how many hooks it is known what became of them; undefined: of all
   */
  advance(left?: number): Promise<void>
  /** The brokers have acknowledged a hook of the spool. */
  notePublished(): void
  /** So many more hooks, or fewer if negative, of the last `peek` are counted in another spool as well. */
  noteMoving(records: number): void
  /** Sets aside a hook that Kafka will never accept, so that an operator can examine it. */
  setAside(hook: Hook): Promise<void>
  readonly state: Readonly<SpoolState>
  readonly account: Readonly<SpoolAccount>
  close(): Promise<void>
}

export interface SpoolLimits {
  /** Whether there is room for that many more bytes. @param state of this spool */
  hasRoom(bytes: number, state: Readonly<SpoolState>): boolean
  /** A segment that has reached this size is closed. */
  segmentBytes: number
}

/**
 * How often in a row a place may fail to be read before it is skipped. The drain waits up to two seconds
 * before each attempt.
 */
const readFailuresBeforeSkip = 10

/**
 * Opens a spool. Whether an earlier process left hooks in it, and since when the oldest one waits, is known
 * once this resolves. Their number is counted by the first `peek`.
 *
 * @param folder is closed with the spool, also if this throws
 * @throws Error if the disk cannot be read
 */
export const openSpool = async (folder: SpoolFolder, limits: SpoolLimits, logger: Logger): Promise<Spool> => {
  try {
    return await openIn(folder, limits, logger)
  } catch (error) {
    await folder.close()
    throw error
  }
}

const openIn = async (folder: SpoolFolder, limits: SpoolLimits, logger: Logger): Promise<Spool> => {
  const { segments, position, noteFault, lastSegment } = await readStart(folder)
  if (noteFault !== undefined)
    logger.warn('the note of the position in the spool is not valid: hooks may be published twice', {
      fault: noteFault,
    })
  const count = await countWaiting(folder, segments, position)
  const tally = createSpoolTally({ bytes: count.bytes, passedBytes: position?.at ?? 0 })
  const { state } = tally
  const writer = createSegmentWriter(folder, limits.segmentBytes, lastSegment)
  const queue = createAppendQueue(writer, tally)
  const reader = createHookReader({
    folder,
    segments: createSegmentReader(folder, position, readFailuresBeforeSkip, writer),
    tally,
    logger,
  })

  const parts: Parts = { count, tally, queue, reader }
  while (!count.isComplete() && state.records === 0) await countNext(parts)
  if (state.records > 0)
    logger.warn('an earlier process left hooks in the spool, they are published first', {
      bytes: state.bytes,
    })

  const appendAll = async (hooks: readonly Hook[]): Promise<void> => {
    const [oldest] = hooks
    if (oldest === undefined) return
    const entry = entryOf(hooks, oldest)
    if (!limits.hasRoom(entry.bytes, state)) {
      tally.noteFull()
      throw new SpoolFullError()
    }
    await queue.append(entry)
    tally.noteAppended(hooks.length)
  }

  return {
    state,
    account: tally.account,
    append: (hook) => appendAll([hook]),
    appendAll,
    noteMoving: tally.noteMoving,
    notePublished: tally.notePublished,
    appendMoved: async (hooks) => {
      const [oldest] = hooks
      if (oldest !== undefined) await queue.append(entryOf(hooks, oldest))
    },
    peek: (signal) => peekOrWait(parts, signal),
    advance: async (left) => {
      await reader.advance(left)
      if (state.records === 0) await writer.roll()
      await reader.tidy()
    },
    setAside: async (hook) => {
      const file = `${hook.id.replaceAll(/[^\w-]/g, '_')}-${hook.receivedAt}.bin`
      await folder.setAside(file, encodeFrame(hook))
      tally.countSetAside()
      logger.error('a hook of the spool was set aside', { file, delivery_id: hook.id })
    },
    close: async () => {
      await queue.finish()
      // On a disk that does not answer, closing the file would not end either.
      if (!isHanging(state)) await writer.roll()
      await folder.close()
    },
  }
}

interface Parts {
  count: Count
  tally: SpoolTally
  queue: AppendQueue
  reader: HookReader
}

const countNext = async ({ count, tally }: Pick<Parts, 'count' | 'tally'>): Promise<void> => {
  const { records, oldestReceivedAt } = await count.next()
  tally.countFound(records, oldestReceivedAt)
}

const peekOrWait = async (parts: Parts, signal: AbortSignal): Promise<readonly Hook[]> => {
  const { count, tally, queue, reader } = parts
  // No hook may leave before all are counted. Otherwise the spool could seem empty while it is not, and
  // newer hooks would overtake the rest.
  while (!count.isComplete() && !signal.aborted) await countNext(parts)
  while (!signal.aborted) {
    const writesBefore = queue.writes()
    const hooks = await reader.peek()
    const [oldest] = hooks
    if (oldest !== undefined) {
      tally.setOldest(oldest.receivedAt)
      return hooks
    }
    // A finished segment that was deleted may be back after a power failure. It takes room.
    await reader.tidy()
    if (queue.writes() !== writesBefore || signal.aborted) continue
    if (queue.isIdle()) tally.noteEmpty()
    await queue.nextWrite(signal)
  }
  return []
}

const entryOf = (hooks: readonly Hook[], { receivedAt }: Hook): AppendEntry => {
  const frames = hooks.map(encodeFrame)
  const bytes = frames.reduce((sum, { length }) => sum + length, 0)
  return { frames, bytes, records: hooks.length, receivedAt }
}
