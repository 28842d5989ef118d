import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { processStart } from '../../lib/process-table.ts'
import { endProcess } from './end-process.ts'

/** What a supervisor records about each child, so that the next supervisor can end it. */
export interface ChildRecord {
  pid: number
  /** When the process started; missing where the system did not say. */
  started?: string | undefined
  stopSignal: NodeJS.Signals
}

/**
 * Ends the processes that an earlier supervisor has left running because it was killed, so that their ports
 * and data are free. Only the holder of the lock of the data folder may call this.
 *
 * @param runFolder the folder in which the earlier supervisor recorded its children
 * @param graceMs how long each process may take to stop, in milliseconds
 */
export const endOrphans = async (runFolder: string, graceMs: number): Promise<void> => {
  const files = (await readdir(runFolder).catch(() => [])).filter((name) => name.endsWith('.json'))
  await Promise.all(files.map((name) => endOrphan(join(runFolder, name), graceMs)))
}

const endOrphan = async (path: string, graceMs: number): Promise<void> => {
  const { pid, started, stopSignal } = JSON.parse(await readFile(path, 'utf8')) as ChildRecord
  // Without a start time, the pid could belong to a process that is not ours.
  const isAlive = () => started !== undefined && processStart(pid) === started
  await endProcess({ pid, isAlive, stopSignal, graceMs })
  await rm(path, { force: true })
}
