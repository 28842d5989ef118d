import { link, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../lib/disk/sync-folder.ts'

/** What nobody can publish, kept for somebody to look at; there is a limit to it, and nothing is removed from it by us. */
export interface SetAside {
  /** @throws Error where there is no room for it */
  keep(name: string, bytes: Buffer): Promise<void>
  /** The same with a file of the same disk, which may go on to be used and deleted under its other name. */
  keepFile(name: string, path: string): Promise<void>
}

/** @param folder exists */
export const createSetAside = async (folder: string, maxBytes: number): Promise<SetAside> => {
  let used = await bytesIn(folder)

  const takeRoom = async (bytes: number) => {
    // Somebody may have made room meanwhile.
    if (used + bytes > maxBytes) used = await bytesIn(folder)
    if (used + bytes > maxBytes)
      throw new Error(
        `${folder} is full: ${used} of ${maxBytes} bytes; look at what is in it, and take it away`,
      )
    used += bytes
  }

  return {
    keep: async (name, bytes) => {
      await takeRoom(bytes.length)
      await writeFile(join(folder, name), bytes, { flush: true })
      await syncFolder(folder)
    },
    keepFile: async (name, path) => {
      await takeRoom((await stat(path)).size)
      await link(path, join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
      await syncFolder(folder)
    },
  }
}

const bytesIn = async (folder: string): Promise<number> => {
  const sizes = (await readdir(folder)).map((file) =>
    stat(join(folder, file)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
