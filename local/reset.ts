import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists } from '../lib/disk/prepare-once.ts'
import { lockDataFolder } from './data-folder.ts'
import { readStaged, stagingFolder } from './postgres/postgres-home.ts'

/**
 * Deletes the content of a data folder, and the folder that PostgreSQL uses outside it.
 *
 * @param confirm called with the path of the folder; if it resolves to false, nothing is deleted
 * @returns a sentence that says what was done
 * @throws UsageError while a stack uses the folder
 */
export const resetDataFolder = async (
  path: string,
  confirm: (path: string) => Promise<boolean>,
): Promise<string> => {
  if (!(await exists(path))) return `Nothing to clear: ${path} does not exist.`
  const lock = await lockDataFolder(path)
  try {
    if (!(await exists(join(path, 'secrets.json'))))
      return `Nothing to clear: "bridge local" has never used ${path}.`
    if (!(await confirm(path))) return 'Nothing was cleared.'
    await removeStaged(path)
    await removeContent(path)
    return `Cleared ${path}.`
  } finally {
    await lock.release()
  }
}

const removeStaged = async (path: string): Promise<void> => {
  const staged = await readStaged(join(path, 'postgres'))
  if (staged !== undefined && dirname(staged) === stagingFolder)
    await rm(staged, { recursive: true, force: true })
}

// secrets.json marks the folder as ours. It goes last, so that an interrupted reset can be repeated.
const removeContent = async (path: string): Promise<void> => {
  const entries = (await readdir(path)).filter((name) => name !== 'lock' && name !== 'secrets.json')
  for (const name of [...entries, 'secrets.json'])
    await rm(join(path, name), { recursive: true, force: true })
}
