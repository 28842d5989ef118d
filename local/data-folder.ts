import { chmod } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { cwd, getuid } from 'node:process'
import { createFolder } from '../lib/disk/create-folder.ts'
import { acquireLock, type Lock } from '../lib/disk/lock.ts'
import { UsageError } from '../lib/errors.ts'
import { type ChildProcesses, createChildProcesses } from './process/child-processes.ts'
import { endOrphans } from './process/end-orphans.ts'
import { openSecrets, type Secrets } from './secrets.ts'

/** A data folder that only this process uses until it releases it. */
export interface DataFolder {
  readonly path: string
  readonly childProcesses: ChildProcesses
  readonly secrets: Secrets
  /** Unlocks the folder. The child processes must be closed before. */
  release(): Promise<void>
}

const orphanGraceMs = 10_000

/**
 * Creates and locks a data folder, and ends the processes that a killed supervisor has left running on it.
 *
 * @param path absolute
 * @throws UsageError if another process uses the folder, or if the folder cannot be a data folder
 */
export const openDataFolder = async (path: string): Promise<DataFolder> => {
  const lock = await lockDataFolder(path)
  try {
    // As root, PostgreSQL runs as another user, which must be able to enter the folder.
    await chmod(path, getuid?.() === 0 ? 0o711 : 0o700)
    const runFolder = join(path, 'run')
    await endOrphans(runFolder, orphanGraceMs)
    const childProcesses = await createChildProcesses(runFolder)
    const secrets = await openSecrets(path)
    await createFolder(join(path, 'logs'), 0o700)
    return { path, childProcesses, secrets, release: () => lock.release() }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** @throws UsageError if another process uses the folder, or if the folder cannot be a data folder */
export const lockDataFolder = async (path: string): Promise<Lock> => {
  const contained = [cwd(), homedir()].find((folder) => !relative(path, folder).startsWith('..'))
  if (contained !== undefined) {
    throw new UsageError(
      `BRIDGE_DATA_DIR: ${path} contains ${contained}, so it cannot be the data folder. ` +
        'Set it to a folder of its own.',
    )
  }
  const lock = await acquireLock(join(path, 'lock'))
  if (!('heldBy' in lock)) return lock
  throw new UsageError(
    `Another "bridge local" (process ${lock.heldBy}) uses ${path}. Stop it, ` +
      'or set BRIDGE_DATA_DIR to another folder and INGRESS_PORT to another port.',
  )
}
