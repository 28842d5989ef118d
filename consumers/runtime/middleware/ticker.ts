/** Registers a call that is made at every tick, until what it returns is called. */
export type Ticker = (call: () => void) => () => void

/**
 * One timer for all who need one: a timer of its own for each message costs more than handling it.
 * It runs only while somebody is registered; the first tick may come at once or after the whole time.
 */
export const createTicker = (everyMs: number): Ticker => {
  const calls = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined

  const tick = () => {
    for (const call of calls) call()
    if (calls.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return (call) => {
    calls.add(call)
    timer ??= setInterval(tick, everyMs)
    return () => calls.delete(call)
  }
}
