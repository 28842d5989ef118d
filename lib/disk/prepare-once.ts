import { rename, rm, stat } from 'node:fs/promises'
import { createFolder } from './create-folder.ts'

/**
 * Fills a folder, unless it already exists. The folder exists only once it is complete: what an interrupted
 * attempt has left is removed. Two processes must not do this with one folder at the same time, so callers
 * hold a lock.
 *
 * @param fill fills the folder `draft`, which is renamed afterwards
 */
export const prepareOnce = async (folder: string, fill: (draft: string) => Promise<void>): Promise<void> => {
  if (await exists(folder)) return
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await createFolder(draft)
  await fill(draft)
  await rename(draft, folder)
}

/** Whether a file, folder or socket exists at the path. */
export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
