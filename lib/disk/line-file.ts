import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readLines } from './read-lines.ts'
import { syncPath } from './sync-path.ts'

/** A text file to which whole lines are appended. Only its owner can read it, unless it existed before. */
export interface LineFile {
  /**
   * Resolves once the lines are on disk, in the file that has the path.
   * Without lines it only checks the file.
   *
   * When it fails, the file is closed. It must then be opened again, which cuts off a line that was written
   * only in part.
   * @throws ReplacedFileError
   */
  append(lines: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** The open file is no longer the file that has its path: it was moved, removed, or changed by others. */
export class ReplacedFileError extends Error {
  override readonly name = 'ReplacedFileError'

  constructor(path: string) {
    super(`${path} was moved, removed or changed while it was open`)
  }
}

/**
 * Opens the file, or creates it in a folder that exists. A last line without a line break is cut off: the
 * process died while it was written, so `append` had not resolved for it.
 *
 * @param onLine called with each line that the file holds
 */
export const openLineFile = async (path: string, onLine: (line: string) => void): Promise<LineFile> => {
  const file = await open(path, 'a+', 0o600)
  const openedSize = (await file.stat()).size
  let size = await readLines(file, onLine)
  if (size < openedSize) await file.truncate(size)
  if (openedSize === 0) await syncPath(dirname(path))

  const verifyPlace = async () => {
    const [own, atPath] = await Promise.all([
      file.stat({ bigint: true }),
      stat(path, { bigint: true }).catch(() => undefined),
    ])
    const hasPath = own.ino === atPath?.ino && own.dev === atPath.dev
    if (!hasPath || Number(own.size) !== size) throw new ReplacedFileError(path)
  }

  return {
    append: async (lines) => {
      try {
        await verifyPlace()
        if (lines.length === 0) return
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
        await file.appendFile(bytes)
        await file.datasync()
        size += bytes.length
        // A file that was removed meanwhile has taken the lines with it.
        await verifyPlace()
      } catch (error) {
        await file.close().catch(() => undefined)
        throw error
      }
    },
    close: () => file.close(),
  }
}
