import { startRunningTimer } from '../../../lib/running-timer.ts'

/** How much time one job may take, in milliseconds. */
export interface JobTime {
  /** CPU time of its process: a body must not be refused because the machine is busy with something else. */
  cpuMs: number
  /** From its beginning to its end. */
  wallMs: number
}

const pollMs = 100

/**
 * Watches the time of one job.
 *
 * @param cpuOf the CPU time of its process since it started, in milliseconds; undefined where the system does
 *   not say. The job may then take no longer than its CPU time would be
 * @param onExceeded called once, with the reason, when the job has taken more time than it may
 * @returns stops the watch
 */
export const startJobTimer = (
  { cpuMs, wallMs }: JobTime,
  cpuOf: () => number | undefined,
  onExceeded: (problem: string) => void,
): (() => void) => {
  const cpuBefore = cpuOf()
  const limitMs = cpuBefore === undefined ? cpuMs : wallMs
  const timers = [startRunningTimer(() => exceed(`it took more than ${limitMs / 1000} s`), limitMs)]
  const stop = () => timers.forEach(clearInterval)
  const exceed = (problem: string) => {
    stop()
    onExceeded(problem)
  }
  if (cpuBefore === undefined) return stop
  const poll = () => {
    const used = (cpuOf() ?? cpuBefore) - cpuBefore
    if (used > cpuMs) exceed(`it took more than ${cpuMs / 1000} s of CPU time`)
  }
  timers.push(setInterval(poll, pollMs))
  return stop
}
