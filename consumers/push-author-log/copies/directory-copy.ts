import { join } from 'node:path'
import { createFolder } from '../../../lib/disk/create-folder.ts'
import { type LineFile, openLineFile } from '../../../lib/disk/line-file.ts'
import { acquireLock, type Lock } from '../../../lib/disk/lock.ts'
import { UsageError } from '../../../lib/errors.ts'
import { keepUp } from '../archive/upkeep.ts'
import { splitLines } from '../archive/whole-lines.ts'
import type { Copy } from './copy-loop.ts'
import { openLogTail } from './log-tail.ts'

/**
 * A second copy of the log in another folder, for example on another disk. It is a log like the first one,
 * and `bridge pushes --folder` reads it. What the first log loses stays in the copy. A line can be in the
 * copy twice after a crash; readers count it once.
 *
 * @param retentionDays how many days are kept; undefined for ever
 */
export const createDirectoryCopy = (
  folder: string,
  target: string,
  retentionDays: number | undefined,
): Copy => {
  let lock: Lock | undefined
  const files = new Map<string, LineFile>()

  const acquire = async () => {
    if (lock !== undefined) return
    await createFolder(target, 0o700)
    const result = await acquireLock(join(target, '.lock'), 'socket')
    if ('heldBy' in result) throw new UsageError(`process ${result.heldBy} writes to ${target}`)
    lock = result
  }

  const append = async (lines: Buffer, name: string) => {
    const file = files.get(name) ?? (await openLineFile(join(target, name), () => undefined))
    files.set(name, file)
    // A failed append has closed the file.
    await file.append(splitLines(lines)).catch((error: unknown) => {
      files.delete(name)
      throw error
    })
  }

  const release = async (day: string) => {
    for (const [name, file] of files) {
      if (!name.startsWith(day)) continue
      files.delete(name)
      await file.close()
    }
  }

  return {
    kind: 'directory',
    target: `the folder ${target}`,
    update: async (signal) => {
      await acquire()
      await openLogTail(folder, join(target, '.places.json')).readNew(async (lines, name) => {
        signal.throwIfAborted()
        await append(lines, name)
      })
      const options = { folder: target, retentionDays, release, signal }
      // Only this update writes to the copy.
      await keepUp({ ...options, withoutWriters: (action) => action() }, Date.now())
    },
    close: async () => {
      await release('')
      await lock?.release()
    },
  }
}
