import { open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder } from './sync-folder.ts'

/** A text file to which whole lines are appended. */
export interface LineFile {
  /** The lines that the file held when it was opened. */
  readonly lines: readonly string[]
  /**
   * Resolves once the lines are on disk. When it fails, the file is closed. It must then be opened again,
   * which cuts off a line that was written only in part.
   */
  append(lines: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the file, or creates it in a folder that exists. A last line without a line break is cut off: the
 * process died while it was written, so `append` had not resolved for it.
 */
export const openLineFile = async (path: string): Promise<LineFile> => {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const end = content.lastIndexOf('\n') + 1
  const complete = content.slice(0, end)
  const file = await open(path, 'a')
  if (end < content.length) await file.truncate(Buffer.byteLength(complete))
  if (content === '') await syncFolder(dirname(path))
  return {
    lines: complete.split('\n').filter((line) => line !== ''),
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
