import { chmod, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { createFolder } from '../../lib/disk/create-folder.ts'
import { acquireLock, type Lock } from '../../lib/disk/lock.ts'
import { isOutOfSpace } from '../../lib/disk/out-of-space.ts'
import { syncPath } from '../../lib/disk/sync-path.ts'
import { messageOf, UsageError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { privateFile } from './segment-handles.ts'
import { createSetAside, type SetAside } from './set-aside.ts'
import { openSpareFiles, type SpareFiles } from './spare-files.ts'
import { createSpoolFolder, lengthSuffix, noteName, type SpoolFolder, segmentSuffix } from './spool-folder.ts'

/** The files of all spools. They share one folder. */
export interface SpoolFolders {
  common: SpoolFolder
  ofTopic(topic: string): SpoolFolder
  /** The topics that have a segment on disk. */
  topics(): Promise<string[]>
  /** Releases the folder. Another process can then open it. */
  close(): Promise<void>
}

export const asideName = 'set-aside'
const ballastName = 'ballast'

/** Starts the file names of a topic's spool. The name of a topic cannot contain an @. */
export const prefixOf = (topic: string): string => `${topic}@`

/**
 * Opens the folder of the spools, and creates it if it does not exist.
 *
 * @param maxAsideBytes how many bytes may be set aside
 * @throws UsageError if the folder cannot be used, or if another process uses it: two processes would publish
 *   each other's hooks
 */
export const openSpoolFolders = async (
  folder: string,
  maxAsideBytes: number,
  logger: Logger,
): Promise<SpoolFolders> => {
  try {
    return await openIn(folder, maxAsideBytes, logger)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(
      `the folder of the spool cannot be used (${messageOf(error)}): ` +
        'set INGRESS_SPOOL_DIR, or BRIDGE_DATA_DIR, to a folder in which the ingress may create files',
      { cause: error },
    )
  }
}

const openIn = async (folder: string, maxAsideBytes: number, logger: Logger): Promise<SpoolFolders> => {
  const asideFolder = resolve(folder, asideName)
  const firstCreated = await createFolders(folder, asideFolder)
  const aside = await createSetAside(asideFolder, maxAsideBytes)
  const lock = await lockFolder(folder)
  try {
    await syncCreatedFolders(asideFolder, firstCreated)
    await hideFromOthers(folder, asideFolder)
    return foldersIn(folder, { aside, lock, spare: await openSpareFiles(folder, logger) })
  } catch (error) {
    await lock.release()
    throw error
  }
}

interface FolderParts {
  aside: SetAside
  lock: Lock
  spare: SpareFiles
}

const foldersIn = (folder: string, { aside, lock, spare }: FolderParts): SpoolFolders => ({
  common: createSpoolFolder(folder, '', aside, spare),
  ofTopic: (topic) => createSpoolFolder(folder, prefixOf(topic), aside, spare),
  topics: async () => {
    const files = await readdir(folder)
    const segments = files.filter(
      (file) => [segmentSuffix, lengthSuffix].some((suffix) => file.endsWith(suffix)) && file.includes('@'),
    )
    return [...new Set(segments.map((file) => file.slice(0, file.indexOf('@'))))]
  },
  close: async () => {
    await spare.close()
    await lock.release()
  },
})

const privateFolder = 0o700

/** Earlier versions created files that other users of the machine could read. */
const hideFromOthers = async (folder: string, asideFolder: string): Promise<void> => {
  await chmod(asideFolder, privateFolder).catch(() => undefined)
  const aside = (await readdir(asideFolder)).map((name) => join(asideFolder, name))
  const ours = (await readdir(folder)).filter((name) => ourFiles.some((end) => name.endsWith(end)))
  for (const path of [...aside, ...ours.map((name) => join(folder, name))])
    await chmod(path, privateFile).catch(() => undefined)
}

/** How the names of our files end. An operator may have other files in the folder. */
const ourFiles = [segmentSuffix, lengthSuffix, noteName, ballastName]

/** @returns the first folder that did not exist; undefined if all existed */
const createFolders = async (folder: string, asideFolder: string): Promise<string | undefined> => {
  const parent = await createFolder(dirname(resolve(folder)))
  // Other users of the machine must not read what GitLab has sent.
  const own = await createFolder(asideFolder, privateFolder)
  return parent ?? own
}

/** A new folder survives a power failure only once the folder that contains it is synced. */
const syncCreatedFolders = async (deepest: string, firstCreated = deepest): Promise<void> => {
  const top = dirname(firstCreated)
  for (let folder = dirname(deepest); ; folder = dirname(folder)) {
    await syncPath(folder)
    if (folder === top) return
  }
}

const lockFolder = async (folder: string): Promise<Lock> => {
  const lock = await acquireWithBallast(folder)
  if (!('heldBy' in lock)) return lock
  throw new UsageError(
    `the spool in ${folder} is in use by process ${lock.heldBy}: give each ingress its own INGRESS_SPOOL_DIR`,
  )
}

/**
 * Room for a lock file, kept by a file that can be deleted. On a full disk, the ingress could otherwise not
 * start, and so could not publish the hooks of the spool, which is what makes room.
 */
const ballastBytes = 16 * 1024

const acquireWithBallast = async (folder: string): ReturnType<typeof acquireLock> => {
  const lockPath = join(folder, 'lock')
  const ballast = join(folder, ballastName)
  const lock = await acquireLock(lockPath, 'socket').catch(async (error: unknown) => {
    if (!isOutOfSpace(error)) throw error
    await rm(ballast, { force: true })
    return acquireLock(lockPath, 'socket')
  })
  await writeFile(ballast, Buffer.alloc(ballastBytes), { mode: privateFile }).catch(() => undefined)
  return lock
}
