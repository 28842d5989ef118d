import type { Middleware } from './chain.ts'

/** Attempts that have begun and not ended. The watchdog finds a hung handler by them. */
export type RunningCalls = ReadonlySet<object>

/** Keeps the set of running attempts up to date. */
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
