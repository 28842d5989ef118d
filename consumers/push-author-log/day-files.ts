import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openLineFile } from '../../lib/disk/line-file.ts'

/** Appends lines to one file a day; a line with a key that the file already has is not written again. */
export interface DayFiles {
  /** Resolves once every line is on disk. @param day `YYYY-MM-DD` */
  append(day: string, lines: readonly { key: string; text: string }[]): Promise<void>
  close(): Promise<void>
}

/** Days kept open at a time: late records and a backlog go back in time. */
const maxOpenDays = 4

/** @param keyOf the key of a line as written, so that a restart knows what it has; undefined for a line that is not ours, which is left alone */
export const openDayFiles = async (
  folder: string,
  keyOf: (text: string) => string | undefined,
): Promise<DayFiles> => {
  await mkdir(folder, { recursive: true })
  const days = new Map<string, ReturnType<typeof openFile>>()

  const openFile = async (day: string) => {
    const { lines, ...file } = await openLineFile(join(folder, `${day}.ndjson`))
    return { file, keys: new Set(lines.flatMap((line) => keyOf(line) ?? [])) }
  }

  const openDay = (day: string) => {
    const known = days.get(day) ?? openFile(day)
    days.delete(day)
    days.set(day, known)
    return known
  }

  const closeOldest = async () => {
    for (const [day, known] of days) {
      if (days.size <= maxOpenDays) return
      days.delete(day)
      await (await known).file.close()
    }
  }

  let writing = Promise.resolve()

  const write = async (day: string, lines: readonly { key: string; text: string }[]) => {
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
    append: (day, lines) => {
      const written = writing.then(() => write(day, lines))
      writing = written.catch(() => undefined)
      return written
    },
    close: async () => {
      await writing
      for (const known of days.values()) await (await known).file.close()
    },
  }
}
