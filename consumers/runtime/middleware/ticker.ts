/** Calls a function at every tick. The function that is returned ends this. */
export type Ticker = (onTick: () => void) => () => void

/**
 * Shares one timer among all messages that are being handled: a timer for each message costs more than
 * handling it. The timer runs only while a function is registered, so the first tick may come early.
 */
export const createTicker = (everyMs: number): Ticker => {
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined

  const tick = () => {
    for (const onTick of listeners) onTick()
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return (onTick) => {
    listeners.add(onTick)
    timer ??= setInterval(tick, everyMs)
    return () => listeners.delete(onTick)
  }
}
