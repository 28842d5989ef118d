import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platform } from 'node:process'

// Linux without `ps` is common in containers, hence /proc there.

/** When a process was started, as text that no later process of the same pid shares; undefined when it does not run (a zombie does not). */
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

/** The pid of npm, given our parent: itself, or the shell it runs scripts in; undefined when neither can be seen. */
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

const procStat = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0], parent: Number(fields[1]), startTicks: fields[19] }
}

const ps = (field: string, pid: number) =>
  execFileSync('ps', ['-o', `${field}=`, '-p', String(pid)], { encoding: 'utf8' }).trim()
