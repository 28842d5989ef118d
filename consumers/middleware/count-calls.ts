import type { Middleware } from './chain.ts'

/** How many attempts began, and how many ended, whatever came of them: the watchdog sees by it whether a handler hangs. */
export interface Calls {
  begun: number
  ended: number
}

export const countCalls =
  (calls: Calls): Middleware =>
  (next) =>
  async (messages, context) => {
    calls.begun += 1
    try {
      return await next(messages, context)
    } finally {
      calls.ended += 1
    }
  }
