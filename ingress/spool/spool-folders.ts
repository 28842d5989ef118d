import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { acquireLock } from '../../lib/disk/lock.ts'
import { syncFolder } from '../../lib/disk/sync-folder.ts'
import { UsageError } from '../../lib/errors.ts'
import { createSetAside } from './set-aside.ts'
import { createSpoolFolder, type SpoolFolder, segmentSuffix } from './spool-folder.ts'

/** Where spools lie: one for all topics, and one for each that takes nothing while others do. */
export interface SpoolFolders {
  common: SpoolFolder
  ofTopic(topic: string): SpoolFolder
  /** Topics of which there is a segment. */
  topics(): Promise<string[]>
  /** Lets another process in. */
  close(): Promise<void>
}

export const asideName = 'set-aside'

/** Before the names of a topic's files. No topic's name can hold the sign. */
export const prefixOf = (topic: string): string => `${topic}@`

/**
 * Opens a folder on a real disk; makes it where it does not exist.
 *
 * @param maxAsideBytes the most that may be set aside
 * @throws UsageError where another process has it open: two would send each other's hooks twice and delete them once
 */
export const openSpoolFolders = async (folder: string, maxAsideBytes: number): Promise<SpoolFolders> => {
  const asideFolder = resolve(folder, asideName)
  const parent = await mkdir(dirname(resolve(folder)), { recursive: true })
  // What GitLab sent is for no other user of the machine.
  const own = await mkdir(asideFolder, { recursive: true, mode: 0o700 })
  const made = parent ?? own
  const aside = await createSetAside(asideFolder, maxAsideBytes)
  const lock = await lockWithRoom(folder)
  if ('heldBy' in lock)
    throw new UsageError(
      `the spool in ${folder} is in use by process ${lock.heldBy}: give each ingress an INGRESS_SPOOL_DIR of its own`,
    )
  // A folder is on disk once the one it lies in is: up to the one in which the first was made.
  const top = dirname(made ?? asideFolder)
  for (let at = dirname(asideFolder); ; at = dirname(at)) {
    await syncFolder(at)
    if (at === top) break
  }
  return {
    common: createSpoolFolder(folder, '', aside),
    ofTopic: (topic) => createSpoolFolder(folder, prefixOf(topic), aside),
    topics: async () => {
      const segments = (await readdir(folder)).filter(
        (file) => file.endsWith(segmentSuffix) && file.includes('@'),
      )
      return [...new Set(segments.map((file) => file.slice(0, file.indexOf('@'))))]
    },
    close: () => lock.release(),
  }
}

/** Room that is given up where the disk is too full for a lock: an ingress that cannot start cannot drain, which is what makes room. */
const ballastBytes = 16 * 1024

const lockWithRoom = async (folder: string): ReturnType<typeof acquireLock> => {
  const [lockPath, ballast] = [join(folder, 'lock'), join(folder, 'ballast')]
  const lock = await acquireLock(lockPath, 'socket').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC') throw error
    await rm(ballast, { force: true })
    return acquireLock(lockPath, 'socket')
  })
  await writeFile(ballast, Buffer.alloc(ballastBytes)).catch(() => undefined)
  return lock
}
