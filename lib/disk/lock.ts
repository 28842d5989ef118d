import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from '../process-table.ts'
import { createFolder } from './create-folder.ts'
import { isHolderAlive, isHolderRunning, type LockHolder, parseHolder } from './lock-holder.ts'
import { openLockSocket } from './lock-socket.ts'

/** A lock that this process holds until it releases the lock or ends. */
export interface Lock {
  release(): Promise<void>
}

/** The pid of the process that holds the lock. */
export interface HeldBy {
  heldBy: number
}

/**
 * How others find out whether the process that holds a lock is still running. `process`: by its pid and start
 * time, which only works for those who see the same processes. `socket`: by a socket beside the lock file,
 * which also works for containers of one machine that share a folder.
 */
export type LockProof = 'process' | 'socket'

/**
 * Acquires a lock file, or says which process holds it. Does not wait. A lock whose process has ended is
 * stale and is replaced.
 */
export const acquireLock = async (path: string, proof: LockProof = 'process'): Promise<Lock | HeldBy> => {
  const folder = dirname(path)
  await createFolder(folder)
  const id = randomUUID()
  const socketName = `${basename(path)}.${id}.socket`
  const socket = proof === 'socket' ? await openLockSocket(folder, socketName) : undefined
  const holder = { pid, started: processStart(pid), id, ...(socket && { socket: socketName }) }
  try {
    const result = await acquireAs(holder, path, proof)
    if (result !== 'acquired') {
      await socket?.close()
      return result
    }
  } catch (error) {
    await socket?.close()
    throw error
  }
  return {
    release: async () => {
      await rm(path, { force: true })
      await socket?.close()
    },
  }
}

const acquireAs = async (
  holder: LockHolder & { id: string },
  path: string,
  proof: LockProof,
): Promise<'acquired' | HeldBy> => {
  const folder = dirname(path)
  const draft = `${path}.${holder.id}`
  try {
    await writeFile(draft, JSON.stringify(holder), { mode: 0o600 })
    for (;;) {
      if (await linkIfFree(draft, path)) return 'acquired'
      const content = await readFile(path, 'utf8').catch(() => undefined)
      if (content === undefined) continue
      const other = parseHolder(content)
      if (other !== undefined && (await isHolderAlive(folder, other))) return { heldBy: other.pid }
      if (await replaceStale(path, content, draft, proof)) {
        if (other?.socket !== undefined) await rm(join(folder, other.socket), { force: true })
        return 'acquired'
      }
      await sleep(10)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Replaces one particular stale lock. A second lock protects the replacement: if several processes find the
 * same stale lock, only one of them replaces it, and only once.
 */
const replaceStale = async (
  path: string,
  stale: string,
  draft: string,
  proof: LockProof,
): Promise<boolean> => {
  const digest = createHash('sha256').update(stale).digest('hex').slice(0, 16)
  const replacement = await acquireLock(`${path}.after-${digest}`, proof)
  if ('heldBy' in replacement) return false
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== stale) return false
    await rename(draft, path)
    return true
  } finally {
    await replacement.release()
  }
}

/** Whether a running process that this process can see holds the lock. */
export const isLocked = (path: string): boolean => {
  try {
    const holder = parseHolder(readFileSync(path, 'utf8'))
    return holder !== undefined && isHolderRunning(holder)
  } catch {
    return false
  }
}

/**
 * Waits until the lock is free and acquires it.
 *
 * @param onWait called once with the pid of the holder if another process holds the lock
 */
export const waitForLock = async (path: string, onWait: (pid: number) => void): Promise<Lock> => {
  for (let isReported = false; ; isReported = true) {
    const result = await acquireLock(path)
    if (!('heldBy' in result)) return result
    if (!isReported) onWait(result.heldBy)
    await sleep(200)
  }
}

const linkIfFree = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )
