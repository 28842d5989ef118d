import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lockDataFolder } from './data-folder.ts'
import { readStaged, stagingFolder } from './postgres/postgres-home.ts'
import { exists } from './process/prepare-once.ts'

/**
 * Clears a data folder, and what PostgreSQL was given outside it.
 *
 * @param confirm asked with the folder's path; false leaves everything as it is
 * @returns what became of it, in a sentence
 * @throws UsageError while a stack runs on it
 */
export const resetDataFolder = async (
  path: string,
  confirm: (path: string) => Promise<boolean>,
): Promise<string> => {
  if (!(await exists(path))) return `Nothing to clear: there is no ${path}.`
  const lock = await lockDataFolder(path)
  try {
    if (!(await exists(join(path, 'secrets.json'))))
      return `Nothing to clear: "bridge local" never ran on ${path}.`
    if (!(await confirm(path))) return 'Nothing was cleared.'
    const staged = await readStaged(join(path, 'postgres'))
    if (staged !== undefined && dirname(staged) === stagingFolder)
      await rm(staged, { recursive: true, force: true })
    // The secrets last: until everything else is gone, a second attempt must still know the folder as ours.
    const entries = (await readdir(path)).filter((name) => name !== 'lock' && name !== 'secrets.json')
    for (const name of [...entries, 'secrets.json'])
      await rm(join(path, name), { recursive: true, force: true })
    return `Cleared ${path}.`
  } finally {
    await lock.release()
  }
}
