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
export interface HeldBy {
  heldBy: number
}

/** Takes a lock file at once, or says who holds it. One whose process is gone (pid and start time) counts for nothing. */
export const takeLock = async (path: string): Promise<Lock | HeldBy> => {
  await mkdir(dirname(path), { recursive: true })
  const own = JSON.stringify({ pid, started: processStart(pid) })
  const draft = `${path}.${pid}`
  await writeFile(draft, own, { mode: 0o600 })
  try {
    for (;;) {
      if (await linked(draft, path)) return { release: () => rm(path, { force: true }) }
      const held = await readFile(path, 'utf8').catch(() => undefined)
      if (held === undefined) continue
      const holder = parse(held)
      if (holder !== undefined && processStart(holder.pid) === holder.started) return { heldBy: holder.pid }
      await removeStale(path, held)
    }
  } finally {
    await rm(draft, { force: true })
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

// Moved aside and looked at again: between reading and removing, another process may have replaced the stale lock by its own.
const removeStale = async (path: string, stale: string): Promise<void> => {
  const aside = `${path}.stale.${pid}`
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return
  if ((await readFile(aside, 'utf8')) !== stale) await linked(aside, path)
  await rm(aside, { force: true })
}
