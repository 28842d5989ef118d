import { open } from 'node:fs/promises'

/**
 * Writes the content of a file, or the entries of a folder, to disk. A new file survives a power failure only
 * after its folder was written, too.
 */
export const syncPath = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}
