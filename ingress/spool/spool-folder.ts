import { type FileHandle, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../../lib/disk/sync-folder.ts'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import type { SetAside } from './set-aside.ts'

/** The files of a spool, as far as it needs a file system; tests put one in its place that forgets what was not synced. */
export interface SpoolFolder {
  /** Names of the segments, oldest first. */
  segments(): Promise<string[]>
  /** A new, empty segment; it is still there after a crash once this resolves. */
  create(segment: string): Promise<SegmentFile>
  size(segment: string): Promise<number>
  /** Fewer bytes than asked for at the end of the segment, and only there. */
  read(segment: string, at: number, bytes: number): Promise<Buffer>
  /** Cuts a segment off. */
  truncate(segment: string, size: number): Promise<void>
  remove(segment: string): Promise<void>
  /** Keeps damaged or refused bytes for somebody to look at. @throws Error where there is no room for them */
  setAside(name: string, bytes: Buffer): Promise<void>
  /** Keeps a whole segment so, also after it is removed. */
  setSegmentAside(segment: string): Promise<void>
  /** A small note that may be lost in a crash, but is never half written. */
  readNote(): Promise<string | undefined>
  writeNote(text: string): Promise<void>
  close(): Promise<void>
}

export interface SegmentFile {
  append(buffers: readonly Buffer[]): Promise<void>
  /** Resolves once everything appended is on disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

export const segmentSuffix = '.spool'
export const noteName = 'drained.json'

/**
 * A spool's files on a real disk: `<segment>.spool` and `drained.json`.
 *
 * @param folder exists
 * @param prefix goes before each of the names, where several spools share the folder
 */
export const createSpoolFolder = (folder: string, prefix: string, aside: SetAside): SpoolFolder => {
  const path = (segment: string) => join(folder, prefix + segment + segmentSuffix)
  const notePath = join(folder, prefix + noteName)
  let reading: { segment: string; file: FileHandle } | undefined
  const openToRead = async (segment: string): Promise<FileHandle> => {
    if (reading?.segment !== segment) {
      await reading?.file.close()
      reading = undefined
      reading = { segment, file: await open(path(segment), 'r') }
    }
    return reading.file
  }
  return {
    segments: async () =>
      (await readdir(folder))
        .filter((file) => file.startsWith(prefix) && file.endsWith(segmentSuffix))
        .map((file) => file.slice(prefix.length, -segmentSuffix.length))
        .filter((segment) => !segment.includes('@'))
        .sort(),
    create: async (segment) => {
      const file = await open(path(segment), 'ax')
      try {
        await syncFolder(folder)
      } catch (error) {
        await file.close()
        throw error
      }
      return {
        append: async (buffers) => writeAll(file, buffers),
        sync: () => file.datasync(),
        close: () => file.close(),
      }
    },
    size: async (segment) => (await stat(path(segment))).size,
    read: async (segment, at, bytes) => readAll(await openToRead(segment), at, bytes),
    truncate: (segment, size) => truncate(path(segment), size),
    remove: async (segment) => {
      if (reading?.segment === segment) {
        await reading.file.close()
        reading = undefined
      }
      await rm(path(segment))
    },
    setAside: (name, bytes) => aside.keep(prefix + name, bytes),
    setSegmentAside: (segment) => aside.keepFile(prefix + segment + segmentSuffix, path(segment)),
    readNote: () => readFile(notePath, 'utf8').catch(() => undefined),
    writeNote: (text) => writeAtomically(notePath, text),
    close: async () => reading?.file.close(),
  }
}

const writeAll = async (file: FileHandle, buffers: readonly Buffer[]) => {
  const bytes = Buffer.concat(buffers)
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

/** A disk that cannot read on gives what it has read before, and says so only when asked for the rest. */
const readAll = async (file: FileHandle, at: number, bytes: number): Promise<Buffer> => {
  const buffer = Buffer.allocUnsafe(bytes)
  for (let filled = 0; filled < bytes; ) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, at + filled)
    if (bytesRead === 0) return buffer.subarray(0, filled)
    filled += bytesRead
  }
  return buffer
}
