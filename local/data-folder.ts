import { chmod, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, relative } from 'node:path'
import { cwd, getuid } from 'node:process'
import { acquireLock, type Lock } from '../lib/disk/lock.ts'
import { UsageError } from '../lib/errors.ts'
import { type ChildProcesses, createChildProcesses } from './process/child-processes.ts'
import { endLeftovers } from './process/leftovers.ts'
import { openSecrets, type Secrets } from './secrets.ts'

/** A data folder that is ours until closed. */
export interface DataFolder {
  readonly path: string
  readonly childProcesses: ChildProcesses
  readonly secrets: Secrets
  /** Lets go of the folder; the household must be closed. */
  release(): Promise<void>
}

/**
 * Takes a data folder: makes it, locks it, ends what a killed supervisor left running in it.
 *
 * @param path absolute
 * @throws UsageError when another process uses it, or it is no folder to fill with data
 */
export const openDataFolder = async (path: string): Promise<DataFolder> => {
  const lock = await lockDataFolder(path)
  try {
    // PostgreSQL runs as another user when we are root and has to get through.
    await chmod(path, getuid?.() === 0 ? 0o711 : 0o700)
    const runFolder = join(path, 'run')
    await endLeftovers(runFolder, 10_000)
    const childProcesses = await createChildProcesses(runFolder)
    const secrets = await openSecrets(path)
    await mkdir(join(path, 'logs'), { recursive: true, mode: 0o700 })
    return { path, childProcesses, secrets, release: () => lock.release() }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** @throws UsageError when another process uses it, or it is no folder to fill or clear */
export const lockDataFolder = async (path: string): Promise<Lock> => {
  const holdsMore = [cwd(), homedir()].find((folder) => !relative(path, folder).startsWith('..'))
  if (holdsMore !== undefined)
    throw new UsageError(
      `BRIDGE_DATA_DIR: ${path} holds more than our data (${holdsMore}); name a folder of its own`,
    )
  const taken = await acquireLock(join(path, 'lock'))
  if (!('heldBy' in taken)) return taken
  throw new UsageError(
    `Another "bridge local" (process ${taken.heldBy}) runs on ${path}; stop it, or set BRIDGE_DATA_DIR to another folder (and INGRESS_PORT to another port)`,
  )
}
