import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { platform } from 'node:process'
import { endProcess } from '../process/end-process.ts'

/**
 * Stops a server that a killed supervisor has left running on this data folder. The caller holds the lock of
 * the folder. The pid in postmaster.pid may belong to another program by now, so the command line must name
 * the folder.
 */
export const endOrphan = async (data: string): Promise<void> => {
  const pid = recordedPid(data)
  if (pid === undefined) return
  const isAlive = () => commandLine(pid).includes(data)
  await endProcess({ pid, isAlive, stopSignal: 'SIGINT', graceMs: 5000 })
}

const recordedPid = (data: string): number | undefined => {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
    return pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

const commandLine = (pid: number): string => {
  try {
    if (platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
