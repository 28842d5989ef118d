import { mkdir, rename, rm, stat } from 'node:fs/promises'

/**
 * Fills a folder once. What a killed attempt left is thrown away: the folder exists only when it is complete.
 * Not for two processes at once on one folder: callers hold a lock.
 */
export const prepareOnce = async (folder: string, fill: (draft: string) => Promise<void>): Promise<void> => {
  if (await exists(folder)) return
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  await fill(draft)
  await rename(draft, folder)
}

/** Whether something is there, whatever it is. */
export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
