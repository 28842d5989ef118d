import { startRunningTimer } from './running-timer.ts'

/**
 * Waits for a promise, but no longer than the limit. Use it for calls whose own timeouts do not cover every
 * case.
 *
 * @param limitMs in milliseconds
 * @throws Error if the promise has not settled within the limit; the work behind it may still finish later
 */
export const withTimeLimit = <T>(limitMs: number, promise: Promise<T>): Promise<T> =>
  race(limitMs, promise, setTimeout)

/** The same, but only the time in which this process runs is counted: see `startRunningTimer`. */
export const withRunningTimeLimit = <T>(limitMs: number, promise: Promise<T>): Promise<T> =>
  race(limitMs, promise, startRunningTimer)

type StartTimer = (onTime: () => void, limitMs: number) => NodeJS.Timeout

const race = async <T>(limitMs: number, promise: Promise<T>, start: StartTimer): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = start(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
