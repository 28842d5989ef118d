import type { Middleware } from './chain.ts'

/** Attempts that have begun and not ended: the watchdog sees by them whether a handler hangs. */
export type RunningCalls = ReadonlySet<object>

export const trackCalls =
  (running: Set<object>): Middleware =>
  (next) =>
  async (messages, context) => {
    const call = {}
    running.add(call)
    try {
      return await next(messages, context)
    } finally {
      running.delete(call)
    }
  }
