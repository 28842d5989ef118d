import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from './process-table.ts'

/** Held until released, or until its process is gone. */
export interface Lock {
  release(): Promise<void>
}

/** The pid of the process that holds the lock. */
interface HeldBy {
  heldBy: number
}

/** Takes a lock file at once, or says who holds it. One whose process is gone (pid and start time) counts for nothing. */
export const takeLock = async (path: string): Promise<Lock | HeldBy> => {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${randomUUID()}`
  try {
    await writeFile(draft, JSON.stringify({ pid, started: processStart(pid), id: randomUUID() }), { mode: 0o600 })
    for (;;) {
      if (await linked(draft, path)) return { release: () => rm(path, { force: true }) }
      const held = await readFile(path, 'utf8').catch(() => undefined)
      if (held === undefined) continue
      const holder = parse(held)
      if (holder !== undefined && processStart(holder.pid) === holder.started) return { heldBy: holder.pid }
      if (await takeOver(path, held, draft)) return { release: () => rm(path, { force: true }) }
      await sleep(10)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/** Replaces one particular stale lock. The right to do so is a lock itself: of several that found it stale, one replaces it, once. */
const takeOver = async (path: string, stale: string, draft: string): Promise<boolean> => {
  const right = await takeLock(`${path}.after-${createHash('sha256').update(stale).digest('hex').slice(0, 16)}`)
  if ('heldBy' in right) return false
  try {
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== stale) return false
    await rename(draft, path)
    return true
  } finally {
    await right.release()
  }
}

/** Whether a lock is held by a process that still runs. */
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

const parse = (text: string): { pid: number; started: string } | undefined => {
  try {
    return JSON.parse(text) as { pid: number; started: string }
  } catch {
    return undefined
  }
}
