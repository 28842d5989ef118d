import { readdirSync, readFileSync } from 'node:fs'

/** What a process and all processes below it have used. Linux only, because it is read from /proc. */
export interface Usage {
  /** Since the processes started. Child processes that have ended are included. */
  cpuSeconds: number
  /** Resident memory. Pages that several processes share are counted for each of them. */
  rssBytes: number
}

/** The unit of times in /proc: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const ticksPerSecond = 100

export const usageOf = (pid: number): Usage => {
  const all = processes()
  const tree = (parent: number): Stat[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...tree(each.pid)])
  const family = [...all.filter((each) => each.pid === pid), ...tree(pid)]
  return {
    cpuSeconds: family.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond,
    rssBytes: family.reduce((sum, each) => sum + rssOf(each.pid), 0),
  }
}

/** CPU seconds of all processors of the machine together: busy ones, and all since the machine started. */
export const machineUsage = (): { busy: number; total: number } => {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] =
    read('stat')
      .split('\n')[0]
      ?.split(/\s+/)
      .slice(1)
      .map((ticks) => Number(ticks) / ticksPerSecond) ?? []
  const busy = user + nice + system + irq + softirq + steal
  return { busy, total: busy + idle + wait }
}

interface Stat {
  pid: number
  parent: number
  ticks: number
}

const processes = (): Stat[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(`${name}/stat`)
      if (stat === '') return []
      // The second field is the name of the program in brackets.
      // The name can itself contain spaces and brackets.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // utime and stime, followed by the same of child processes that have ended.
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
      return [{ pid: Number(name), parent: Number(fields[1]), ticks }]
    })

const rssOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`${pid}/status`))?.[1] ?? 0) * 1024

const read = (path: string): string => {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}
