import { messageOf, RetriableError } from '../../lib/errors.ts'
import { startRunningTimer } from '../../lib/running-timer.ts'
import type { SegmentWriter } from './segment-writer.ts'
import type { Size, SpoolTally } from './spool-state.ts'

/** Frames that are written completely or not at all. */
export interface AppendEntry extends Size {
  frames: readonly Buffer[]
  /** When the oldest of the hooks was received, in milliseconds since 1970. */
  receivedAt: number
}

/**
 * Appends hooks to the segments. Entries that arrive during a write are written and synced together in the
 * next one, as far as it has room for them.
 */
export interface AppendQueue {
  /**
   * Resolves once the entry would survive a power failure.
   *
   * @throws RetriableError if it could not be written, or if the disk has not answered in time. Then the
   *   entry may be written all the same, and until the disk answers, each append fails at once.
   */
  append(entry: AppendEntry): Promise<void>
  /** How many writes have succeeded. It rises before their appends resolve. */
  writes(): number
  /** Resolves after the next successful write, or when the signal is aborted. Only one caller can wait. */
  nextWrite(signal: AbortSignal): Promise<void>
  isIdle(): boolean
  /** Resolves once nothing is left to write, or when the disk does not answer. */
  finish(): Promise<void>
}

interface Waiting {
  entry: AppendEntry
  resolve(): void
  reject(error: Error): void
}

/**
 * A write that takes longer than this is a failure, in milliseconds of the time in which this process runs:
 * it is what a hook has left for the disk after it has waited for the brokers in vain.
 */
const hangsAfterMs = 1500

/**
 * One write takes no more than so many bytes, or one entry. Many large bodies in one write would take a
 * healthy disk so long that all of them fail.
 */
const maxWriteBytes = 32 * 1024 * 1024

const doesNotAnswer = () => new RetriableError('the spool cannot be written: the disk does not answer')

export const createAppendQueue = (
  writer: Pick<SegmentWriter, 'append'>,
  tally: Pick<SpoolTally, 'countQueued' | 'noteWritten' | 'noteHanging' | 'countNotWritten'>,
): AppendQueue => {
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined
  let isHanging = false
  let writes = 0
  let wake = () => {}
  let stopWaiting = () => {}

  /** The hooks of the group are told that they failed, although they may be written in the end. */
  const noteHanging = (group: readonly Waiting[]) => {
    isHanging = true
    const behind = waiting
    waiting = []
    for (const { entry } of behind) tally.countNotWritten(entry, 'the disk does not answer')
    tally.noteHanging()
    stopWaiting()
    for (const { reject } of [...group, ...behind]) reject(doesNotAnswer())
  }

  const writeGroup = async (group: readonly Waiting[]) => {
    const watch = startRunningTimer(() => noteHanging(group), hangsAfterMs).unref()
    try {
      await writer.append(group.flatMap(({ entry }) => entry.frames))
    } catch (error) {
      const message = messageOf(error)
      for (const { entry } of group) tally.countNotWritten(entry, message)
      const failure = new RetriableError(`the spool cannot be written: ${message}`, { cause: error })
      for (const { reject } of group) reject(failure)
      return
    } finally {
      clearTimeout(watch)
      isHanging = false
    }
    tally.noteWritten()
    for (const { resolve } of group) resolve()
    writes += 1
    wake()
  }
  const writeAll = async () => {
    while (waiting.length > 0) {
      const group = waiting.splice(0, countThatFit(waiting))
      await writeGroup(group)
    }
    writing = undefined
  }

  return {
    append: (entry) => {
      if (isHanging) return Promise.reject(doesNotAnswer())
      tally.countQueued(entry, entry.receivedAt)
      return new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject })
        writing ??= writeAll()
      })
    },
    writes: () => writes,
    nextWrite: async (signal) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const stop = () => resolve()
      wake = resolve
      signal.addEventListener('abort', stop)
      await promise
      signal.removeEventListener('abort', stop)
    },
    isIdle: () => writing === undefined,
    finish: () =>
      new Promise((resolve) => {
        if (writing === undefined || isHanging) return resolve()
        stopWaiting = resolve
        void writing.then(resolve)
      }),
  }
}

/** How many of the entries go into one write: at least one. */
const countThatFit = (waiting: readonly Waiting[]): number => {
  let bytes = 0
  const tooMany = waiting.findIndex(({ entry }, index) => {
    bytes += entry.bytes
    return index > 0 && bytes > maxWriteBytes
  })
  return tooMany < 0 ? waiting.length : tooMany
}
