import { type FileHandle, open } from 'node:fs/promises'
import { syncFolder } from '../../lib/disk/sync-folder.ts'
import { writeAll } from './file-io.ts'

export interface SegmentFile {
  append(buffers: readonly Buffer[]): Promise<void>
  /** Resolves once everything that was appended is on disk. */
  sync(): Promise<void>
  /** Writes how much is on disk, in place of what was written before. A power failure may undo it. */
  writeLength(text: string): Promise<void>
  /** Closes the segment. The last length is then on disk. */
  close(): Promise<void>
}

/** Only the user of the ingress may read what GitLab has sent. */
export const privateFile = 0o600

/**
 * Creates a segment and the file for its length. Once this resolves, both survive a power failure.
 *
 * @param folder of both files
 */
export const createSegmentFile = async (
  folder: string,
  path: string,
  lengthPath: string,
): Promise<SegmentFile> => {
  const opened = new AsyncDisposableStack()
  try {
    const file = await openNew(path, 'ax', opened)
    const lengthFile = await openNew(lengthPath, 'wx', opened)
    await syncFolder(folder)
    return {
      append: (buffers) => writeAll(file, buffers),
      sync: () => file.datasync(),
      writeLength: async (text) => void (await lengthFile.write(text, 0)),
      close: async () => {
        await lengthFile.datasync().catch(() => undefined)
        await opened.disposeAsync()
      },
    }
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

const openNew = async (
  path: string,
  flags: 'ax' | 'wx',
  opened: AsyncDisposableStack,
): Promise<FileHandle> => {
  const file = await open(path, flags, privateFile)
  opened.defer(() => file.close())
  return file
}
