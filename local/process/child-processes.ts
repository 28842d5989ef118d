import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { processStart } from '../../lib/process-table.ts'
import { type Child, type ChildOptions, startChild } from './child.ts'

/** Every child of one stack: remembered on disk while it runs, so that the next start can end what a crash left. */
export interface ChildProcesses {
  /** @throws Error once the household is closed */
  start(options: ChildOptions): Promise<Child>
  /** Lets nothing start any more, then stops the children of each group together, group after group, then whoever is left. */
  close(groups: readonly { names: readonly string[]; graceMs: number }[]): Promise<void>
}

/** @param runFolder where the running children are remembered */
export const createChildProcesses = async (runFolder: string): Promise<ChildProcesses> => {
  await mkdir(runFolder, { recursive: true, mode: 0o700 })
  const children = new Map<string, Child>()
  const starting = new Set<Promise<unknown>>()
  let closed = false

  const begin = async (options: ChildOptions): Promise<Child> => {
    const child = await startChild(options)
    const note = join(runFolder, `${options.name}.json`)
    children.set(options.name, child)
    await writeAtomically(
      note,
      JSON.stringify({ pid: child.pid, started: processStart(child.pid), stopSignal: options.stopSignal }),
    )
    void child.exited.then(async () => {
      if (children.get(options.name) !== child) return
      children.delete(options.name)
      await rm(note, { force: true })
    })
    return child
  }

  return {
    async start(options) {
      if (closed) throw new Error(`${options.name} was not started: everything is being stopped`)
      const child = begin(options)
      starting.add(child)
      try {
        return await child
      } finally {
        starting.delete(child)
      }
    },
    async close(groups) {
      closed = true
      await Promise.allSettled(starting)
      const stop = (names: readonly string[], graceMs: number) =>
        Promise.all(names.map((name) => children.get(name)?.stop(graceMs)))
      for (const { names, graceMs } of groups) await stop(names, graceMs)
      await stop([...children.keys()], 1000)
      await rm(runFolder, { recursive: true, force: true })
    },
  }
}
