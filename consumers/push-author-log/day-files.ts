import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openLineFile } from '../../lib/disk/line-file.ts'
import { createMutex } from '../../lib/mutex.ts'

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
 * Opens the folder, and creates it where it does not exist.
 *
 * @param keyOf finds the key of a line in a file, so that a new process knows which lines it has. It returns
 * undefined for a line of another program, which is left alone.
 */
export const openDayFiles = async (
  folder: string,
  keyOf: (text: string) => string | undefined,
): Promise<DayFiles> => {
  await mkdir(folder, { recursive: true })
  const oneAtATime = createMutex()
  /** The open files, with the one that was used last at the end. */
  const days = new Map<string, ReturnType<typeof openFile>>()

  const openFile = async (day: string) => {
    const { lines, ...file } = await openLineFile(join(folder, `${day}.ndjson`))
    return { file, keys: new Set(lines.flatMap((line) => keyOf(line) ?? [])) }
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

  const write = async (day: string, lines: readonly KeyedLine[]) => {
    try {
      const { file, keys } = await openDay(day)
      const fresh = lines.filter(({ key }) => !keys.has(key))
      if (fresh.length > 0) await file.append(fresh.map(({ text }) => text))
      for (const { key } of fresh) keys.add(key)
    } catch (error) {
      days.delete(day)
      throw error
    }
    await closeOldest()
  }

  return {
    append: (day, lines) => oneAtATime(() => write(day, lines)),
    close: () =>
      oneAtATime(async () => {
        for (const opened of days.values()) await (await opened).file.close()
      }),
  }
}
