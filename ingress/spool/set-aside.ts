import { link, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncPath } from '../../lib/disk/sync-path.ts'
import { privateFile } from './segment-handles.ts'

/**
 * A folder for what cannot be published: refused hooks and damaged bytes. An operator can examine it there.
 * Its size is limited, and the bridge never deletes anything from it.
 */
export interface SetAside {
  /** @throws Error if there is no room for it */
  keep(name: string, bytes: Buffer): Promise<void>
  /** Keeps a file of the same disk. The file may still be used and deleted under its own name. */
  keepFile(name: string, path: string): Promise<void>
}

/** @param folder must exist */
export const createSetAside = async (folder: string, maxBytes: number): Promise<SetAside> => {
  let usedBytes = await sizeOf(folder)

  const reserve = async (bytes: number) => {
    // An operator may have made room since the last count.
    if (usedBytes + bytes > maxBytes) usedBytes = await sizeOf(folder)
    if (usedBytes + bytes > maxBytes)
      throw new Error(
        `${folder} is full: ${usedBytes} of ${maxBytes} bytes; examine the files in it and move them away`,
      )
    usedBytes += bytes
  }

  return {
    keep: async (name, bytes) => {
      await reserve(bytes.length)
      await writeFile(join(folder, name), bytes, { mode: privateFile, flush: true })
      await syncPath(folder)
    },
    keepFile: async (name, path) => {
      await reserve((await stat(path)).size)
      try {
        await link(path, join(folder, name))
      } catch (error) {
        // The file was set aside before, because of other damage in it.
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      await syncPath(folder)
    },
  }
}

/** A file that is moved away while the sizes are read counts as empty. */
const sizeOf = async (folder: string): Promise<number> => {
  const files = await readdir(folder)
  const sizes = files.map((file) =>
    stat(join(folder, file)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
