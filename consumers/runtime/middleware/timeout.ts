import type { Middleware, RunContext } from './chain.ts'
import { createTicker } from './ticker.ts'

/**
 * Aborts the handler's signal when its time limit has passed. This is announced to the next process at once:
 * if the handler hangs, the watchdog ends this process later, when the group has already removed it and
 * accepts no commit from it. The handler is waited for even after its time limit, because two attempts must
 * never run at the same time.
 *
 * @param limitMs time limit of one attempt, in milliseconds. It is checked every quarter of a second.
 */
export const timeout = (limitMs: number): Middleware => {
  const everyTick = createTicker(Math.min(250, Math.ceil(limitMs / 10)))
  return (next) => async (messages, context) => {
    const { signal, abort, end } = createLazySignal(context.signal)
    const deadline = performance.now() + limitMs
    const endChecks = everyTick(() => {
      if (performance.now() < deadline) return
      endChecks()
      abort(new Error(`not handled within ${limitMs / 1000} s`))
      // The commit fails when the group has removed this member. Another process then has the message.
      context.announceAttempt('late').catch(() => undefined)
    })
    try {
      return await next(messages, withSignal(context, signal))
    } finally {
      endChecks()
      end()
    }
  }
}

/** Creates the signal on first use. Most handlers never read it, and creating it costs time. */
const createLazySignal = (outer: AbortSignal) => {
  let controller: AbortController | undefined
  let reason: unknown
  const abort = (why: unknown) => {
    reason ??= why
    controller?.abort(reason)
  }
  const followOuter = () => abort(outer.reason)
  return {
    signal: () => {
      if (controller !== undefined) return controller.signal
      controller = new AbortController()
      if (outer.aborted) followOuter()
      else if (reason !== undefined) controller.abort(reason)
      else outer.addEventListener('abort', followOuter)
      return controller.signal
    },
    abort,
    end: () => {
      if (controller !== undefined) outer.removeEventListener('abort', followOuter)
    },
  }
}

const withSignal = (context: RunContext, signal: () => AbortSignal): RunContext => ({
  ...context,
  get signal() {
    return signal()
  },
})
