import type { Middleware } from './chain.ts'

/**
 * Tells the handler by its signal that time is up. It waits for the handler even then: two attempts must never run at once.
 *
 * @param limitMs for one attempt, in milliseconds
 */
export const timeout =
  (limitMs: number): Middleware =>
  (next) =>
  async (messages, context) => {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(new Error(`not handled within ${limitMs / 1000} s`)), limitMs)
    try {
      return await next(messages, { ...context, signal: AbortSignal.any([context.signal, limit.signal]) })
    } finally {
      clearTimeout(timer)
    }
  }
