import type { Middleware, RunContext } from './chain.ts'
import { createTicker } from './ticker.ts'

/**
 * Tells the handler by its signal that time is up, and the next process too: should the handler hang, this one ends once the group has
 * long expelled it. It waits for the handler even then: two attempts must never run at once.
 *
 * @param limitMs for one attempt, in milliseconds; looked at every quarter of a second
 */
export const timeout = (limitMs: number): Middleware => {
  const onTick = createTicker(Math.min(250, Math.ceil(limitMs / 10)))
  return (next) => async (messages, context) => {
    const { signal, abort, end } = lateSignal(context.signal)
    const deadline = performance.now() + limitMs
    const leave = onTick(() => {
      if (performance.now() < deadline) return
      leave()
      abort(new Error(`not handled within ${limitMs / 1000} s`))
      context.foretell('late').catch(() => undefined) // the group has expelled us before: others begin the attempt anew
    })
    try {
      return await next(messages, withSignal(context, signal))
    } finally {
      leave()
      end()
    }
  }
}

/** A signal that is made only when somebody asks for it: most handlers never do, and one each message is dear. */
const lateSignal = (outer: AbortSignal) => {
  let controller: AbortController | undefined
  let reason: unknown
  const abort = (why: unknown) => {
    reason ??= why
    controller?.abort(reason)
  }
  const follow = () => abort(outer.reason)
  return {
    signal: () => {
      if (controller !== undefined) return controller.signal
      controller = new AbortController()
      if (outer.aborted) follow()
      else if (reason !== undefined) controller.abort(reason)
      else outer.addEventListener('abort', follow)
      return controller.signal
    },
    abort,
    end: () => {
      if (controller !== undefined) outer.removeEventListener('abort', follow)
    },
  }
}

const withSignal = (context: RunContext, signal: () => AbortSignal): RunContext => ({
  ...context,
  get signal() {
    return signal()
  },
})
