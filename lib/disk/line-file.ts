import { open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './sync-folder.ts'

/** A file of lines that only grows. */
export interface LineFile {
  /** What it held when it was opened. */
  readonly lines: readonly string[]
  /** Resolves once the lines are on disk. Once it has failed the file is closed: opening it again cuts off what was half written. */
  append(lines: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Opens the file, or makes it; the folder must be there. A line torn by a crash is cut off: it was never acknowledged. */
export const openLineFile = async (path: string): Promise<LineFile> => {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const end = content.lastIndexOf('\n') + 1
  const whole = content.slice(0, end)
  const file = await open(path, 'a')
  if (end < content.length) await file.truncate(Buffer.byteLength(whole))
  if (content === '') await syncFolder(dirname(path))
  return {
    lines: whole.split('\n').filter((line) => line !== ''),
    append: async (lines) => {
      try {
        await file.appendFile(lines.map((line) => `${line}\n`).join(''))
        await file.datasync()
      } catch (error) {
        await file.close().catch(() => undefined)
        throw error
      }
    },
    close: () => file.close(),
  }
}
