import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../lib/sync-folder.ts'

/** Appends lines to one file a day; a line with a key that the file already has is not written again. */
export interface DayFiles {
  /** Resolves once every line is on disk. @param day `YYYY-MM-DD` */
  append(day: string, lines: readonly { key: string; text: string }[]): Promise<void>
  close(): Promise<void>
}

interface DayFile {
  file: FileHandle
  keys: Set<string>
}

/** Days kept open at a time: late records and a backlog go back in time. */
const maxOpenDays = 4

/** @param keyOf the key of a line as written, so that a restart knows what it has; undefined for a line that is not ours, which is left alone */
export const openDayFiles = async (folder: string, keyOf: (text: string) => string | undefined): Promise<DayFiles> => {
  await mkdir(folder, { recursive: true })
  const days = new Map<string, Promise<DayFile>>()

  const openDay = (day: string): Promise<DayFile> => {
    const known = days.get(day) ?? openFile(join(folder, `${day}.ndjson`), folder, keyOf)
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
    const { file, keys } = await openDay(day).catch((error: unknown) => {
      days.delete(day)
      throw error
    })
    const fresh = lines.filter(({ key }) => !keys.has(key))
    if (fresh.length > 0) {
      await appendDurably(file, fresh.map(({ text }) => `${text}\n`).join('')).catch((error: unknown) => {
        days.delete(day) // opening it again cuts off what was half written
        throw error
      })
      for (const { key } of fresh) keys.add(key)
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

const appendDurably = async (file: FileHandle, text: string) => {
  try {
    await file.appendFile(text)
    await file.datasync()
  } catch (error) {
    await file.close().catch(() => undefined)
    throw error
  }
}

const openFile = async (path: string, folder: string, keyOf: (text: string) => string | undefined): Promise<DayFile> => {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const end = content.lastIndexOf('\n') + 1
  const lines = content
    .slice(0, end)
    .split('\n')
    .filter((line) => line !== '')
  const keys = new Set(lines.flatMap((line) => keyOf(line) ?? []))
  const file = await open(path, 'a')
  // A line torn by a crash was never acknowledged: its record comes again.
  if (end < content.length) await file.truncate(Buffer.byteLength(content.slice(0, end)))
  if (content === '') await syncFolder(folder)
  return { file, keys }
}
