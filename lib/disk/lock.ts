import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from '../process-table.ts'
import { isListening, openLockSocket } from './lock-socket.ts'

/** Held until released, or until its process is gone. */
export interface Lock {
  release(): Promise<void>
}

/** The pid of the process that holds the lock. */
interface HeldBy {
  heldBy: number
}

/**
 * How others find out whether the process that holds a lock is still there: by pid and start time, which only they can look up
 * who see its processes; or by a socket beside the lock, for containers of one machine that share a folder.
 */
export type LockProof = 'process' | 'socket'

/** What a lock file says. */
interface Holder {
  pid: number
  started: string | undefined
  id: string
  /** Name of its socket; undefined where processes are the proof, or the file system takes no sockets. */
  socket?: string
}

/** Takes a lock file at once, or says who holds it. One whose process is gone counts for nothing. */
export const takeLock = async (path: string, proof: LockProof = 'process'): Promise<Lock | HeldBy> => {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const id = randomUUID()
  const name = `${basename(path)}.${id}.socket`
  const socket = proof === 'socket' ? await openLockSocket(folder, name) : undefined
  const release = async () => {
    await rm(path, { force: true })
    await socket?.close()
  }
  try {
    const taken = await takeAs(
      { pid, started: processStart(pid), id, ...(socket && { socket: name }) },
      path,
      proof,
    )
    if (taken === 'taken') return { release }
    await socket?.close()
    return taken
  } catch (error) {
    await socket?.close()
    throw error
  }
}

const takeAs = async (holder: Holder, path: string, proof: LockProof): Promise<'taken' | HeldBy> => {
  const draft = `${path}.${holder.id}`
  try {
    await writeFile(draft, JSON.stringify(holder), { mode: 0o600 })
    for (;;) {
      if (await linked(draft, path)) return 'taken'
      const held = await readFile(path, 'utf8').catch(() => undefined)
      if (held === undefined) continue
      const before = parse(held)
      if (before !== undefined && (await isThere(dirname(path), before))) return { heldBy: before.pid }
      if (await takeOver(path, held, draft, proof)) {
        if (before?.socket !== undefined) await rm(join(dirname(path), before.socket), { force: true })
        return 'taken'
      }
      await sleep(10)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

const isThere = async (folder: string, { pid, started, socket }: Holder): Promise<boolean> =>
  socket === undefined ? processStart(pid) === started : isListening(folder, socket)

/** Replaces one particular stale lock. The right to do so is a lock itself: of several that found it stale, one replaces it, once. */
const takeOver = async (path: string, stale: string, draft: string, proof: LockProof): Promise<boolean> => {
  const right = await takeLock(
    `${path}.after-${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`,
    proof,
  )
  if ('heldBy' in right) return false
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== stale) return false
    await rename(draft, path)
    return true
  } finally {
    await right.release()
  }
}

/** Whether a lock is held by a process that still runs, and that we can see. */
export const isLocked = (path: string): boolean => {
  try {
    const holder = parse(readFileSync(path, 'utf8'))
    return holder !== undefined && processStart(holder.pid) === holder.started
  } catch {
    return false
  }
}

/** Waits for a lock; `onWait` is called once, when it is another's. */
export const waitForLock = async (path: string, onWait: (pid: number) => void): Promise<Lock> => {
  for (let said = false; ; said = true) {
    const taken = await takeLock(path)
    if (!('heldBy' in taken)) return taken
    if (!said) onWait(taken.heldBy)
    await sleep(200)
  }
}

const linked = (from: string, to: string): Promise<boolean> =>
  link(from, to).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false
      throw error
    },
  )

const parse = (text: string): Holder | undefined => {
  try {
    return JSON.parse(text) as Holder
  } catch {
    return undefined
  }
}
