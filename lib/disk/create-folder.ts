import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Creates a folder, and its parents where they do not exist. It replaces the recursive `mkdir` of Node, which
 * never ends in a file system that refuses new folders with ENOENT, such as /proc. The process then uses one
 * core and cannot exit.
 *
 * @param mode of the folders that are created
 * @returns the first folder that did not exist; undefined if all existed
 */
export const createFolder = async (path: string, mode?: number): Promise<string | undefined> => {
  const outcome = await tryCreating(path, mode)
  if (outcome === 'exists') return undefined
  if (outcome === 'created') return path

  const parent = dirname(path)
  const first = parent === path ? undefined : await createFolder(parent, mode)
  // Its parents exist now, so any error is final, unless another process was faster.
  await mkdir(path, { mode }).catch(ignoreExisting(path))
  return first ?? path
}

const tryCreating = async (
  path: string,
  mode: number | undefined,
): Promise<'created' | 'exists' | 'parent is missing'> => {
  try {
    await mkdir(path, { mode })
    return 'created'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'parent is missing'
    await ignoreExisting(path)(error)
    return 'exists'
  }
}

/** Other errors than EEXIST come for an existing folder, too, for example on a read-only disk. */
const ignoreExisting =
  (path: string) =>
  async (error: unknown): Promise<void> => {
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    )
    if (!isFolder) throw error
  }
