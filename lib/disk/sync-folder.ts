import { open } from 'node:fs/promises'

/**
 * Writes the entries of a folder to disk. A new file survives a power failure only after this has resolved.
 */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
