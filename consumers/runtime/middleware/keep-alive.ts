import type { Middleware } from './chain.ts'
import { createTicker } from './ticker.ts'

/**
 * Sends heartbeats while a handler works, until its time limit has passed: a handler that hangs loses its
 * partitions to another member of the group. When a heartbeat fails, the handler may still finish. If it then
 * fails too, the heartbeat's error is thrown, because the lost group membership may be the reason.
 *
 * @param everyMs interval of the heartbeats, in milliseconds
 */
export const keepAlive = (everyMs: number): Middleware => {
  const everyTick = createTicker(everyMs)
  return (next) => async (messages, context) => {
    let heartbeatError: unknown
    const endHeartbeats = everyTick(() => {
      if (heartbeatError !== undefined || context.signal.aborted) return
      context.heartbeat().catch((error: unknown) => {
        heartbeatError = error
      })
    })
    try {
      return await next(messages, context)
    } catch (error) {
      throw heartbeatError ?? error
    } finally {
      endHeartbeats()
    }
  }
}
