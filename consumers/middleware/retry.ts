import { setTimeout as sleep } from 'node:timers/promises'
import { PermanentError, RetriableError } from '../../lib/errors.ts'
import type { HandleContext } from '../consumer.ts'
import type { Middleware } from './chain.ts'

/**
 * Tries a failed message again, waiting longer each time.
 *
 * An outage downstream (RetriableError) and a hopeless record (PermanentError) pass straight through: those further out
 * decide on them. So does the failure of several messages: they come back one by one.
 *
 * @param attempts how often in all, at least 1
 * @param delayMs wait after the nth failure, in milliseconds
 * @param onRetry called before each further attempt
 */
export const retry =
  (attempts: number, delayMs: (failure: number) => number, onRetry: (error: unknown) => void): Middleware =>
  (next) =>
  async (messages, context) => {
    for (let failure = 1; ; failure++) {
      try {
        return await next(messages, context)
      } catch (error) {
        const isFinal = error instanceof RetriableError || error instanceof PermanentError || messages.length > 1
        if (isFinal || failure >= attempts) throw error
        onRetry(error)
        await pause(delayMs(failure), context)
      }
    }
  }

const heartbeatEveryMs = 1000

/** The group must not think us dead while we wait. */
const pause = async (delayMs: number, { heartbeat, signal }: HandleContext) => {
  for (let left = delayMs; left > 0; left -= heartbeatEveryMs) {
    await sleep(Math.min(left, heartbeatEveryMs), undefined, { signal })
    await heartbeat()
  }
}

/** 200 ms, 400 ms, 800 ms … up to 10 s, each up to a fifth longer so that workers do not march in step. */
export const exponentialDelayMs = (failure: number): number => Math.min(100 * 2 ** failure, 10_000) * (1 + Math.random() / 5)
