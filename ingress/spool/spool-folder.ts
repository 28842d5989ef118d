import { type FileHandle, mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../lib/errors.ts'
import { takeLock } from '../../lib/lock.ts'
import { syncFolder } from '../../lib/sync-folder.ts'
import { writeAtomically } from '../../lib/write-atomically.ts'

/** The files of a spool, as far as it needs a file system; tests put one in its place that forgets what was not synced. */
export interface SpoolFolder {
  /** Names of the segments, oldest first. */
  segments(): Promise<string[]>
  /** A new, empty segment; it is still there after a crash once this resolves. */
  create(segment: string): Promise<SegmentFile>
  size(segment: string): Promise<number>
  /** Fewer bytes than asked for at the end of the segment. */
  read(segment: string, at: number, bytes: number): Promise<Buffer>
  /** Cuts a segment off. */
  truncate(segment: string, size: number): Promise<void>
  remove(segment: string): Promise<void>
  /** Keeps damaged or refused bytes for somebody to look at. */
  setAside(name: string, bytes: Buffer): Promise<void>
  /** A small note that may be lost in a crash, but is never half written. */
  readNote(): Promise<string | undefined>
  writeNote(text: string): Promise<void>
  /** Lets another process in. */
  close(): Promise<void>
}

export interface SegmentFile {
  append(buffers: readonly Buffer[]): Promise<void>
  /** Resolves once everything appended is on disk. */
  sync(): Promise<void>
  close(): Promise<void>
}

const suffix = '.spool'

/**
 * Opens a folder on a real disk; makes it where it does not exist.
 *
 * @throws UsageError where another process has it open: two would send each other's hooks twice and delete them once
 */
export const openSpoolFolder = async (folder: string): Promise<SpoolFolder> => {
  const asideFolder = join(folder, 'set-aside')
  await mkdir(asideFolder, { recursive: true })
  const lock = await lockWithRoom(folder)
  if ('heldBy' in lock)
    throw new UsageError(`the spool in ${folder} is in use by process ${lock.heldBy}: give each ingress an INGRESS_SPOOL_DIR of its own`)
  await syncFolder(folder)
  const path = (segment: string) => join(folder, segment + suffix)
  const notePath = join(folder, 'drained.json')

  let reading: { segment: string; file: FileHandle } | undefined
  const openToRead = async (segment: string): Promise<FileHandle> => {
    if (reading?.segment !== segment) {
      await reading?.file.close()
      reading = { segment, file: await open(path(segment), 'r') }
    }
    return reading.file
  }

  return {
    segments: async () =>
      (await readdir(folder))
        .filter((file) => file.endsWith(suffix))
        .map((file) => file.slice(0, -suffix.length))
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
    read: async (segment, at, bytes) => {
      const file = await openToRead(segment)
      const buffer = Buffer.allocUnsafe(bytes)
      const { bytesRead } = await file.read(buffer, 0, bytes, at)
      return buffer.subarray(0, bytesRead)
    },
    truncate: (segment, size) => truncate(path(segment), size),
    remove: async (segment) => {
      if (reading?.segment === segment) {
        await reading.file.close()
        reading = undefined
      }
      await rm(path(segment))
    },
    setAside: async (name, bytes) => {
      await writeFile(join(asideFolder, name), bytes, { flush: true })
      await syncFolder(asideFolder)
    },
    readNote: () => readFile(notePath, 'utf8').catch(() => undefined),
    writeNote: (text) => writeAtomically(notePath, text),
    close: async () => {
      await reading?.file.close()
      await lock.release()
    },
  }
}

/** Room that is given up where the disk is too full for a lock: an ingress that cannot start cannot drain, which is what makes room. */
const ballastBytes = 16 * 1024

const lockWithRoom = async (folder: string): ReturnType<typeof takeLock> => {
  const [lockPath, ballast] = [join(folder, 'lock'), join(folder, 'ballast')]
  const lock = await takeLock(lockPath).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOSPC') throw error
    await rm(ballast, { force: true })
    return takeLock(lockPath)
  })
  await writeFile(ballast, Buffer.alloc(ballastBytes)).catch(() => undefined)
  return lock
}

const writeAll = async (file: FileHandle, buffers: readonly Buffer[]) => {
  const bytes = Buffer.concat(buffers)
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}
