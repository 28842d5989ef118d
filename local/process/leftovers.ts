import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kill } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { processStart } from '../../lib/process-table.ts'

interface Note {
  pid: number
  started: string
  stopSignal: NodeJS.Signals
}

/**
 * Ends what an earlier supervisor that was killed left running, or still stopping, so that its ports and data are free again.
 * Only for the holder of the data folder's lock.
 *
 * @param runFolder where a household remembers its children
 * @param graceMs how long each may take to stop, in milliseconds
 */
export const endLeftovers = async (runFolder: string, graceMs: number): Promise<void> => {
  const notes = (await readdir(runFolder).catch(() => [])).filter((name) => name.endsWith('.json'))
  await Promise.all(notes.map((name) => endLeftover(join(runFolder, name), graceMs)))
}

const endLeftover = async (path: string, graceMs: number): Promise<void> => {
  const { pid, started, stopSignal } = JSON.parse(await readFile(path, 'utf8')) as Note
  await endProcess({
    pid,
    isAlive: () => started !== undefined && processStart(pid) === started,
    stopSignal,
    graceMs,
  })
  await rm(path, { force: true })
}

/** Stops a process that is not our child: asks, waits up to `graceMs` milliseconds, then kills. Resolves when it is gone. */
export const endProcess = async (process: {
  pid: number
  isAlive(): boolean
  stopSignal: NodeJS.Signals
  graceMs: number
}): Promise<void> => {
  const { pid, isAlive, stopSignal, graceMs } = process
  const deadline = Date.now() + graceMs
  const send = (signal: NodeJS.Signals) => {
    if (isAlive()) kill(pid, signal)
  }
  send(stopSignal)
  send('SIGCONT')
  while (isAlive()) {
    if (Date.now() > deadline) send('SIGKILL')
    await sleep(20)
  }
}
