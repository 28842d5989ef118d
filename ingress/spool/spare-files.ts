import { link, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../../lib/logger.ts'
import { closeSegmentFiles, openSegmentFiles, type SegmentHandles } from './segment-handles.ts'

/**
 * Open files in reserve, for a time when the process may open no more files. Without them, new connections
 * could take the descriptors that the next segment needs, and hooks would be refused although the disk has
 * room.
 */
export interface SpareFiles {
  /** Gives the spare files the names of a segment. @returns undefined if there are none */
  take(path: string, lengthPath: string): Promise<SegmentHandles | undefined>
  /** Opens spare files again, if they were taken. Without a free descriptor it does nothing. */
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
  let refilling: Promise<void> | undefined

  const removeSpare = async () => {
    for (const path of [sparePath, spareLengthPath]) await rm(path, { force: true })
  }
  const openSpare = async () => {
    await removeSpare()
    spare = await openSegmentFiles(sparePath, spareLengthPath)
  }
  const refill = async () => {
    if (spare !== undefined) return
    // On a full disk, or without a free descriptor, the next refill may succeed.
    refilling ??= openSpare()
      .catch(() => undefined)
      .finally(() => {
        refilling = undefined
      })
    await refilling
  }
  await refill()

  return {
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
    close: async () => {
      await refilling
      if (spare !== undefined) await closeSegmentFiles(spare)
      await removeSpare()
      await folderHandle.close()
    },
  }
}
