import { open } from 'node:fs/promises'

/** Puts a folder itself on disk: a new file in it survives a power failure only once this resolves. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}
