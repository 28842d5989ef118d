import { link, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../lib/logger.ts'
import { createMutex, type Mutex } from '../../lib/mutex.ts'
import { closeSegmentFiles, openSegmentFiles, type SegmentHandles } from './segment-handles.ts'

/**
 * Open files in reserve, for a time when the process may open no more files. Without them, new connections
 * could take the descriptors that the next segment needs, and hooks would be refused although the disk has
 * room.
 */
export interface SpareFiles {
  /**
   * Creates one segment at a time. If two were created at once, each could take one of the last two
   * descriptors, and both would fail.
   */
  exclusively: Mutex
  /** Gives the spare files the names of a segment. @returns undefined if there are none */
  take(path: string, lengthPath: string): Promise<SegmentHandles | undefined>
  /**
   * Opens spare files again, if they were taken. Without a free descriptor it does nothing. Like `take`, it
   * may only be called within `exclusively`.
   */
  refill(): Promise<void>
  /** Writes the entries of the folder to disk. It needs no further descriptor. */
  syncFolder(): Promise<void>
  close(): Promise<void>
}

/** Whether the process, or the whole machine, may open no more files. */
export const isOutOfDescriptors = (error: unknown): boolean =>
  ['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')

/** @param folder of all spools; it must exist, and this process must hold its lock */
export const openSpareFiles = async (folder: string, logger: Logger): Promise<SpareFiles> => {
  const folderHandle = await open(folder, 'r')
  const sparePath = join(folder, 'spare')
  const spareLengthPath = join(folder, 'spare-length')
  let spare: SegmentHandles | undefined
  const exclusively = createMutex()

  const removeSpare = async () => {
    for (const path of [sparePath, spareLengthPath]) await rm(path, { force: true })
  }
  const refill = async () => {
    if (spare !== undefined) return
    try {
      await removeSpare()
      spare = await openSegmentFiles(sparePath, spareLengthPath)
    } catch {
      // On a full disk, or without a free descriptor, the next refill may succeed.
    }
  }
  await refill()

  return {
    exclusively,
    refill,
    take: async (path, lengthPath) => {
      const taken = spare
      spare = undefined
      if (taken === undefined) return undefined
      logger.warn(
        'the process may open no more files, so the spool uses its spare files: raise the limit of open ' +
          'files (ulimit -n), or lower INGRESS_MAX_CONNECTIONS',
      )
      // A link, unlike a new name, never replaces a file.
      await link(sparePath, path)
      await link(spareLengthPath, lengthPath)
      await removeSpare()
      return taken
    },
    syncFolder: () => folderHandle.sync(),
    close: () =>
      exclusively(async () => {
        if (spare !== undefined) await closeSegmentFiles(spare)
        await removeSpare()
        await folderHandle.close()
      }),
  }
}
