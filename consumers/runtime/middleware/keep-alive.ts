import type { Middleware } from './chain.ts'
import { createTicker } from './ticker.ts'

/**
 * Tells the group that we are alive while a handler works, so long as its time is not up: a handler that hangs loses its
 * partitions to another member. When a heartbeat fails the handler may finish; its failure then counts as the group's.
 *
 * @param everyMs in milliseconds
 */
export const keepAlive = (everyMs: number): Middleware => {
  const onTick = createTicker(everyMs)
  return (next) => async (messages, context) => {
    let lost: unknown
    const leave = onTick(() => {
      if (lost !== undefined || context.signal.aborted) return
      context.heartbeat().catch((error: unknown) => {
        lost = error
      })
    })
    try {
      return await next(messages, context)
    } catch (error) {
      throw lost ?? error
    } finally {
      leave()
    }
  }
}
