import { join } from 'node:path'
import { createFolder } from '../../lib/disk/create-folder.ts'
import { openLineFile, ReplacedFileError } from '../../lib/disk/line-file.ts'
import { acquireLock } from '../../lib/disk/lock.ts'
import { UsageError } from '../../lib/errors.ts'
import { createMutex } from '../../lib/mutex.ts'
import { createKeySet } from './key-set.ts'

/** A line and its key. */
export interface KeyedLine {
  key: string
  text: string
}

/** Appends lines to one file for each day. A line whose key is already in the file is not written again. */
export interface DayFiles {
  /** Resolves once every line is on disk. @param day `YYYY-MM-DD` */
  append(day: string, lines: readonly KeyedLine[]): Promise<void>
  close(): Promise<void>
}

/** How many files are kept open. Late records and a backlog belong to earlier days than the current one. */
const maxOpenDays = 4

/**
 * Opens the folder, and creates it where it does not exist: only its owner can then read it. No other process
 * may write to the folder until `close`.
 *
 * @param keyOf finds the key of a line in a file, so that a new process knows which lines it has. It returns
 * undefined for a line of another program, which is left alone.
 * @throws UsageError while another process uses the folder
 */
export const openDayFiles = async (
  folder: string,
  keyOf: (text: string) => string | undefined,
): Promise<DayFiles> => {
  await createFolder(folder, 0o700)
  const lock = await acquireLock(join(folder, '.lock'), 'socket')
  if ('heldBy' in lock)
    throw new UsageError(
      `process ${lock.heldBy} writes to ${folder}: give each process a PUSH_AUTHOR_LOG_DIR of its own`,
    )
  const oneAtATime = createMutex()
  /** The open files, with the one that was used last at the end. */
  const days = new Map<string, ReturnType<typeof openFile>>()

  const openFile = async (day: string) => {
    const keys = createKeySet()
    const file = await openLineFile(join(folder, `${day}.ndjson`), (line) => {
      const key = keyOf(line)
      if (key !== undefined) keys.add(key)
    })
    return { file, keys }
  }

  const openDay = (day: string) => {
    const opened = days.get(day) ?? openFile(day)
    days.delete(day)
    days.set(day, opened)
    return opened
  }

  const closeOldest = async () => {
    for (const [day, opened] of days) {
      if (days.size <= maxOpenDays) return
      days.delete(day)
      await (await opened).file.close()
    }
  }

  const writeFresh = async (day: string, lines: readonly KeyedLine[]) => {
    try {
      const { file, keys } = await openDay(day)
      const fresh = lines.filter(({ key }) => !keys.has(key))
      // Also without fresh lines, because a file that was removed has taken the known ones with it.
      await file.append(fresh.map(({ text }) => text))
      for (const { key } of fresh) keys.add(key)
    } catch (error) {
      days.delete(day)
      throw error
    }
  }

  const write = async (day: string, lines: readonly KeyedLine[]) => {
    try {
      await writeFresh(day, lines)
    } catch (error) {
      // The file was moved away, for example by a log rotation: the lines belong into a new one.
      if (!(error instanceof ReplacedFileError)) throw error
      await writeFresh(day, lines)
    }
    await closeOldest()
  }

  return {
    append: (day, lines) => oneAtATime(() => write(day, lines)),
    close: () =>
      oneAtATime(async () => {
        try {
          for (const opened of days.values()) await (await opened).file.close()
        } finally {
          await lock.release()
        }
      }),
  }
}
