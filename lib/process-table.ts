import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platform } from 'node:process'

// On Linux, /proc is read, because containers often have no `ps`.

/**
 * When a process started, as text that differs for every later process with the same pid. Undefined if no
 * such process runs (a zombie does not run), or if the system does not say.
 */
export const processStart = (pid: number): string | undefined => {
  try {
    if (platform !== 'linux') return ps('lstart', pid)
    const { state, startTicks } = procStat(pid)
    if (state === 'Z' || state === 'X') return undefined
    return `${startTicks} ticks after boot ${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}`
  } catch {
    return undefined
  }
}

/**
 * The pid of the npm that started this process.
 *
 * @param parent the pid of our parent: npm itself, or the shell in which npm runs scripts
 * @returns undefined if the parent cannot be looked up
 */
export const npmAbove = (parent: number): number | undefined => {
  try {
    const name =
      platform === 'linux' ? readFileSync(`/proc/${parent}/comm`, 'utf8').trim() : ps('comm', parent)
    if (!/(^|\/)-?(ba|da|z)?sh$/.test(name)) return parent
    return platform === 'linux' ? procStat(parent).parent : Number(ps('ppid', parent))
  } catch {
    return undefined
  }
}

/** Linux counts CPU time in hundredths of a second for programs, whatever its own clock is. */
const tickMs = 10

/** The CPU time that a process has used, in milliseconds. Undefined if it has ended, or outside of Linux. */
export const processCpuMs = (pid: number): number | undefined => {
  try {
    return procStat(pid).cpuTicks * tickMs
  } catch {
    return undefined
  }
}

const procStat = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the name of the program in brackets. The name may contain spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // User time and system time. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const cpuTicks = Number(fields[11]) + Number(fields[12])
  return { state: fields[0], parent: Number(fields[1]), startTicks: fields[19], cpuTicks }
}

const ps = (field: string, pid: number) =>
  execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()
