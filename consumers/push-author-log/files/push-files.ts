import { join } from 'node:path'
import { createFolder } from '../../../lib/disk/create-folder.ts'
import { ReplacedFileError } from '../../../lib/disk/line-file.ts'
import { acquireLock } from '../../../lib/disk/lock.ts'
import { UsageError } from '../../../lib/errors.ts'
import { createMutex } from '../../../lib/mutex.ts'
import { keepUp } from '../archive/upkeep.ts'
import type { PushLine } from '../push-line.ts'
import { createOpenDays } from './open-days.ts'

/** Writes pushes to daily files, by the UTC day on which their hooks were received. */
export interface PushFiles {
  /** Resolves once every line is on disk. A line that the files have is not written again. */
  append(lines: readonly PushLine[]): Promise<void>
  /**
   * Compresses the days that are over, and deletes those that are older than the retention. Lines can be
   * appended meanwhile.
   *
   * @param now milliseconds since 1970
   */
  keepUp(now: number): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the folder, and creates it where it does not exist: only its owner can then read it. No other process
 * may write to the folder until `close`.
 *
 * @param retentionDays how many days are kept; undefined for ever
 * @throws UsageError while another process uses the folder
 */
export const openPushFiles = async (folder: string, retentionDays?: number): Promise<PushFiles> => {
  await createFolder(folder, 0o700)
  const lock = await acquireLock(join(folder, '.lock'), 'socket')
  if ('heldBy' in lock)
    throw new UsageError(
      `process ${lock.heldBy} writes to ${folder}: give each process a PUSH_AUTHOR_LOG_DIR of its own`,
    )
  const oneAtATime = createMutex()
  const days = createOpenDays(folder)

  const write = async (day: string, lines: readonly PushLine[]) => {
    try {
      await (await days.open(day)).append(lines)
    } catch (error) {
      await days.close(day)
      throw error
    }
  }

  const writeDay = async (day: string, lines: readonly PushLine[]) => {
    try {
      await write(day, lines)
    } catch (error) {
      // The file was moved away, for example by a log rotation: the lines belong into a new one.
      if (!(error instanceof ReplacedFileError)) throw error
      await write(day, lines)
    }
    await days.closeOldest()
  }

  const writeAll = async (lines: readonly PushLine[]) => {
    for (const [day, ofDay] of Map.groupBy(lines, ({ pushed_at }) => pushed_at.slice(0, 10)))
      await writeDay(day, ofDay)
  }

  const closing = new AbortController()
  const options = {
    folder,
    retentionDays,
    withoutWriters: oneAtATime,
    release: days.close,
    signal: closing.signal,
  }
  let lastUpkeep: Promise<unknown> = Promise.resolve()

  return {
    append: (lines) => oneAtATime(() => writeAll(lines)),
    keepUp: (now) => {
      const running = lastUpkeep.then(() => keepUp(options, now))
      lastUpkeep = running.catch(() => undefined)
      return running
    },
    close: async () => {
      closing.abort()
      await lastUpkeep
      await oneAtATime(() => days.closeAll()).finally(() => lock.release())
    },
  }
}
