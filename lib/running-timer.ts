/** How often the time is counted, in milliseconds. */
const tickMs = 100

/**
 * Calls back once this process has run for so long. A time in which it was paused, or too busy to run its
 * timers, counts as one tick: the event loop runs timers before it learns what the disk and other processes
 * have done meanwhile.
 *
 * @param limitMs in milliseconds
 * @returns the timer; `clearTimeout` stops it
 */
export const startRunningTimer = (onTime: () => void, limitMs: number): NodeJS.Timeout => {
  const tick = Math.min(tickMs, limitMs)
  let ticksLeft = Math.ceil(limitMs / tick)
  const timer = setInterval(() => {
    ticksLeft -= 1
    if (ticksLeft > 0) return
    clearInterval(timer)
    onTime()
  }, tick)
  return timer
}
