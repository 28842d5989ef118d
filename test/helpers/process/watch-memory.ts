import { readFileSync } from 'node:fs'

/** The largest resident memory of a process and its child processes together, in megabytes. */
export interface WatchedMemory {
  stop(): number
}

const sampleMs = 50

/** Samples the memory of a process and its child processes until it is stopped. */
export const watchMemory = (pid: number): WatchedMemory => {
  let peak = 0
  // The timer does not keep the test process alive where a failed test does not stop it.
  const timer = setInterval(() => {
    peak = Math.max(peak, megabytesOf(pid))
  }, sampleMs).unref()
  return {
    stop: () => {
      clearInterval(timer)
      return Math.round(peak)
    },
  }
}

const megabytesOf = (pid: number): number => {
  const ofChildren = childrenOf(pid).reduce((sum, child) => sum + megabytesOf(child), 0)
  const [, kilobytes = '0'] = /VmRSS:\s*(\d+) kB/.exec(readOrNothing(`/proc/${pid}/status`)) ?? []
  return ofChildren + Number(kilobytes) / 1024
}

const childrenOf = (pid: number): number[] =>
  readOrNothing(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)

/** A process may end at any moment. */
const readOrNothing = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
