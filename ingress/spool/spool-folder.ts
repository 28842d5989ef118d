import { type FileHandle, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../lib/disk/sync-folder.ts'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { readUpTo, writeAll } from './file-io.ts'
import type { SetAside } from './set-aside.ts'

/** The file operations that a spool needs. Tests replace them by a disk that loses what was not synced. */
export interface SpoolFolder {
  /** Names of the segments, oldest first. */
  segments(): Promise<string[]>
  /** Creates an empty segment. Once this resolves, the segment survives a power failure. */
  create(segment: string): Promise<SegmentFile>
  size(segment: string): Promise<number>
  /** @returns fewer bytes than asked for only at the end of the segment */
  read(segment: string, at: number, bytes: number): Promise<Buffer>
  /** Cuts off everything after `size` bytes. */
  truncate(segment: string, size: number): Promise<void>
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

export interface SegmentFile {
  append(buffers: readonly Buffer[]): Promise<void>
  /** Resolves once everything that was appended is on disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

export const segmentSuffix = '.spool'
export const noteName = 'drained.json'

/**
 * The files of one spool on a real disk: `<segment>.spool` and `drained.json`.
 *
 * @param folder must exist
 * @param prefix starts each file name, so that several spools can share the folder
 */
export const createSpoolFolder = (folder: string, prefix: string, aside: SetAside): SpoolFolder => {
  const path = (segment: string) => join(folder, prefix + segment + segmentSuffix)
  const notePath = join(folder, prefix + noteName)
  const reading = createOpenFile()
  return {
    segments: async () =>
      (await readdir(folder))
        .filter((file) => file.startsWith(prefix) && file.endsWith(segmentSuffix))
        .map((file) => file.slice(prefix.length, -segmentSuffix.length))
        // Without a prefix, the files of all topics match too. Their names contain an @.
        .filter((segment) => !segment.includes('@'))
        .sort(),
    create: (segment) => createSegmentFile(path(segment), folder),
    size: async (segment) => (await stat(path(segment))).size,
    read: async (segment, at, bytes) => readUpTo(await reading.open(path(segment)), at, bytes),
    truncate: (segment, size) => truncate(path(segment), size),
    remove: async (segment) => {
      await reading.close(path(segment))
      await rm(path(segment))
    },
    setAside: (name, bytes) => aside.keep(prefix + name, bytes),
    setSegmentAside: (segment) => aside.keepFile(prefix + segment + segmentSuffix, path(segment)),
    readNote: () => readFile(notePath, 'utf8').catch(() => undefined),
    writeNote: (text) => writeAtomically(notePath, text),
    close: () => reading.close(),
  }
}

const createSegmentFile = async (path: string, folder: string): Promise<SegmentFile> => {
  const file = await open(path, 'ax')
  try {
    await syncFolder(folder)
  } catch (error) {
    await file.close()
    throw error
  }
  return {
    append: (buffers) => writeAll(file, buffers),
    sync: () => file.datasync(),
    close: () => file.close(),
  }
}

/** Keeps the file that was read last open, because a segment is read in many pieces. */
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
