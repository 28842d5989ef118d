import { readdirSync, readFileSync } from 'node:fs'

/** What a process and everything below it has used and holds. Linux only: it is read from /proc. */
export interface Usage {
  /** Since they started, those included that ended. */
  cpuSeconds: number
  /** Pages that processes share count for each of them. */
  rssBytes: number
}

/** Linux tells times in hundredths of a second, whatever its own clock: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
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

/** CPU seconds all processors of the machine have been busy, and have been at all. */
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
      // The second field is the program's name in brackets and may itself hold spaces and brackets.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // utime, stime and those of children that ended.
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
