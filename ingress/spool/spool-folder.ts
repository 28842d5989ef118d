import { type FileHandle, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { readUpTo } from './file-io.ts'
import { createSegmentFile, type SegmentFile } from './segment-file.ts'
import type { SetAside } from './set-aside.ts'
import { isOutOfDescriptors, type SpareFiles } from './spare-files.ts'

/** The file operations that a spool needs. Tests replace them by a disk that loses what was not synced. */
export interface SpoolFolder {
  /** Names of the segments, oldest first, and of missing ones whose length is noted. */
  segments(): Promise<string[]>
  /** Creates an empty segment. Once this resolves, the segment survives a power failure. */
  create(segment: string): Promise<SegmentFile>
  /** Size in bytes; 0 if the segment is missing. */
  size(segment: string): Promise<number>
  /** What `writeLength` wrote last; undefined if there is no such file. */
  readLength(segment: string): Promise<string | undefined>
  /** @returns fewer bytes than asked for only at the end of the segment */
  read(segment: string, at: number, bytes: number): Promise<Buffer>
  /** Cuts off everything after `size` bytes. */
  truncate(segment: string, size: number): Promise<void>
  /** Removes the segment and the file with its length. */
  remove(segment: string): Promise<void>
  /** Sets aside damaged bytes or a refused hook. @throws Error if there is no room for it */
  setAside(name: string, bytes: Buffer): Promise<void>
  /** Sets aside a whole segment. It stays there when the segment is removed. */
  setSegmentAside(segment: string): Promise<void>
  /** A short note. A power failure may bring back an older note, but never half of one. */
  readNote(): Promise<string | undefined>
  writeNote(text: string): Promise<void>
  close(): Promise<void>
}

export const segmentSuffix = '.spool'
export const lengthSuffix = '.length'
export const noteName = 'drained.json'

/**
 * The files of one spool on a real disk: `<segment>.spool` and `<segment>.length`, and `drained.json`.
 *
 * @param folder must exist
 * @param prefix starts each file name, so that several spools can share the folder
 * @param spare files of the folder for a time without free descriptors
 */
export const createSpoolFolder = (
  folder: string,
  prefix: string,
  aside: SetAside,
  spare?: SpareFiles,
): SpoolFolder => {
  const path = (segment: string) => join(folder, prefix + segment + segmentSuffix)
  const lengthPath = (segment: string) => join(folder, prefix + segment + lengthSuffix)
  const notePath = join(folder, prefix + noteName)
  const reading = createOpenFile()
  return {
    segments: async () => segmentsIn(await readdir(folder), prefix),
    create: (segment) =>
      createSegmentFile({ folder, path: path(segment), lengthPath: lengthPath(segment) }, spare),
    size: async (segment) =>
      stat(path(segment)).then(
        ({ size }) => size,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return 0
          throw error
        },
      ),
    readLength: (segment) =>
      readFile(lengthPath(segment), 'latin1').catch((error: unknown) => {
        // Without a free descriptor nothing is known yet. Other errors do not go away.
        if (isOutOfDescriptors(error)) throw error
        return undefined
      }),
    read: async (segment, at, bytes) => readUpTo(await reading.open(path(segment)), at, bytes),
    truncate: (segment, size) => truncate(path(segment), size),
    remove: async (segment) => {
      await reading.close(path(segment))
      // In this order, a length without a segment means that something else has removed the segment.
      await rm(lengthPath(segment), { force: true })
      await rm(path(segment), { force: true })
    },
    setAside: (name, bytes) => aside.keep(prefix + name, bytes),
    setSegmentAside: (segment) => aside.keepFile(prefix + segment + segmentSuffix, path(segment)),
    readNote: () =>
      // A note that cannot be read counts as damaged.
      readFile(notePath, 'utf8').catch((error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? undefined : '',
      ),
    writeNote: (text) => writeAtomically(notePath, text),
    close: () => reading.close(),
  }
}

const segmentsIn = (files: readonly string[], prefix: string): string[] => {
  const suffixes = [segmentSuffix, lengthSuffix]
  const names = files.flatMap((file) => {
    const suffix = suffixes.find((each) => file.endsWith(each))
    return suffix !== undefined && file.startsWith(prefix) ? file.slice(prefix.length, -suffix.length) : []
  })
  // Without a prefix, the files of all topics match too. Their names contain an @.
  return [...new Set(names.filter((segment) => !segment.includes('@')))].sort()
}

/**
 * Keeps the file that was read last open, because a segment is read in many pieces. Only one caller may open
 * or close at a time.
 */
const createOpenFile = () => {
  let current: { path: string; file: FileHandle } | undefined
  /** @param path closes the file only if it is this one */
  const close = async (path = current?.path) => {
    if (current === undefined || current.path !== path) return
    const { file } = current
    current = undefined
    await file.close()
  }
  return {
    close,
    open: async (path: string): Promise<FileHandle> => {
      if (current?.path === path) return current.file
      await close()
      const file = await open(path, 'r')
      current = { path, file }
      return file
    },
  }
}
