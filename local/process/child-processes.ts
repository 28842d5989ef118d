import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createFolder } from '../../lib/disk/create-folder.ts'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { processStart } from '../../lib/process-table.ts'
import { type Child, type ChildOptions, startChild } from './child.ts'
import type { ChildRecord } from './end-orphans.ts'

/**
 * The child processes of one stack. Each is recorded on disk while it runs, so that the next start can end
 * those that a crash has left running.
 */
export interface ChildProcesses {
  /** @throws Error after `close` was called */
  start(options: ChildOptions): Promise<Child>
  /**
   * Stops all children; no other can be started afterwards. The children of one group stop together, one
   * group after the other, then all others. Names of children that do not run are ignored.
   */
  close(groups: readonly StopGroup[]): Promise<void>
}

export interface StopGroup {
  names: readonly string[]
  /** How long each child may take to stop before it is killed, in milliseconds. */
  graceMs: number
}

/** @param runFolder the folder in which the running children are recorded */
export const createChildProcesses = async (runFolder: string): Promise<ChildProcesses> => {
  await createFolder(runFolder, 0o700)
  const children = new Map<string, Child>()
  const starting = new Set<Promise<unknown>>()
  let isClosed = false

  const startAndRecord = async (options: ChildOptions): Promise<Child> => {
    const { name, stopSignal } = options
    const child = await startChild(options)
    children.set(name, child)
    const file = join(runFolder, `${name}.json`)
    const record: ChildRecord = { pid: child.pid, started: processStart(child.pid), stopSignal }
    await writeAtomically(file, JSON.stringify(record))
    void child.exited.then(async () => {
      if (children.get(name) !== child) return
      children.delete(name)
      await rm(file, { force: true })
    })
    return child
  }
  const stop = (names: readonly string[], graceMs: number) =>
    Promise.all(names.map((name) => children.get(name)?.stop(graceMs)))

  return {
    async start(options) {
      if (isClosed) throw new Error(`${options.name} was not started, because the stack is being stopped`)
      const child = startAndRecord(options)
      starting.add(child)
      try {
        return await child
      } finally {
        starting.delete(child)
      }
    },
    async close(groups) {
      isClosed = true
      await Promise.allSettled(starting)
      for (const { names, graceMs } of groups) await stop(names, graceMs)
      await stop([...children.keys()], 1000)
      await rm(runFolder, { recursive: true, force: true })
    },
  }
}
