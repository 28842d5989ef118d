import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process as /proc describes it. */
export interface RunningProcess {
  pid: number
  parent: number
  /** The start time, which a later process with the same pid does not share. */
  started: string
  command: string
  rssBytes: number
}

/**
 * The memory of a process, in bytes, with its share of what it has in common with others: the program of Node
 * itself is in memory once, however many processes run it.
 */
export const ownBytesOf = ({ pid, rssBytes }: RunningProcess): number => {
  const share = /^Pss:\s+(\d+) kB$/m.exec(read(pid, 'smaps_rollup'))?.[1]
  return share === undefined ? rssBytes : Number(share) * 1024
}

/** A process and all its descendants; empty if it does not run. Zombies do not count. */
export const processesOf = (pid: number): RunningProcess[] => {
  const all = processes()
  const below = (parent: number): RunningProcess[] =>
    all.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)])
  return [...all.filter((each) => each.pid === pid), ...below(pid)]
}

/** The processes of a list that still run. */
export const stillRunning = (list: readonly RunningProcess[]): RunningProcess[] => {
  const now = processes()
  return list.filter(({ pid, started }) => now.some((each) => each.pid === pid && each.started === started))
}

/** The processes whose command, folder or environment contains a path. */
export const processesNaming = (path: string): RunningProcess[] =>
  processes().filter(
    ({ pid }) =>
      pid !== process.pid &&
      [read(pid, 'cmdline'), read(pid, 'environ'), folderOf(pid)].some((text) => text.includes(path)),
  )

const folderOf = (pid: number): string => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

const processes = (): RunningProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describe(Number(name)))

const describe = (pid: number): RunningProcess[] => {
  const stat = read(pid, 'stat')
  // The second field is the name of the program in brackets. The name itself may contain spaces and brackets.
  const [state, parent, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (stat === '' || state === 'Z' || state === 'X') return []
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1]
  const command = read(pid, 'cmdline').replaceAll('\0', ' ').trim()
  return [
    { pid, parent: Number(parent), started: fields[17] ?? '', command, rssBytes: Number(rss ?? 0) * 1024 },
  ]
}

const read = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
