import { setTimeout as sleep } from 'node:timers/promises'
import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import type { Middleware, RunContext } from './chain.ts'
import { GroupError } from './group-error.ts'

/** The message has had its attempts, and the last ones did not come back: they hung, or cost the process. */
export class AttemptsUsedUpError extends Error {
  override readonly name = 'AttemptsUsedUpError'

  constructor(attempts: number) {
    super(
      `no attempt of ${attempts} succeeded, and the last did not come back: the handler hung, or the process ended`,
    )
  }
}

/**
 * Tries a failed message again, waiting longer each time. Failed attempts are remembered, so that a new process goes on counting where
 * the old one died. An attempt at a message that may have been the death of a process is remembered before it begins: one that
 * brings the process down is not tried for ever.
 *
 * An outage downstream (RetriableError), a hopeless record (PermanentError) and a group in motion pass straight through: those
 * further out decide on them. So does the failure of several messages: they come back one by one.
 *
 * @param attempts how often in all, at least 1
 * @param delayMs wait after the nth failure, in milliseconds
 * @param onRetry called before each further attempt
 */
export const retry =
  (attempts: number, delayMs: (failure: number) => number, onRetry: (error: unknown) => void): Middleware =>
  (next) =>
  async (messages, context) => {
    for (let failures = context.failures(); ; ) {
      if (failures >= attempts) throw new AttemptsUsedUpError(failures)
      if (context.isSuspect) await context.foretell('begun')
      try {
        return await next(messages, context)
      } catch (error) {
        const isInnocent =
          error instanceof GroupError || error instanceof RetriableError || context.stopping.aborted
        if (isInnocent || error instanceof PermanentError || messages.length > 1) throw error
        failures += 1
        if (failures >= attempts) throw error
        await context.rememberFailures(failures)
        onRetry(error)
        await pause(delayMs(failures), context)
      }
    }
  }

const heartbeatEveryMs = 1000

/** The group must not think us dead while we wait. */
const pause = async (delayMs: number, { heartbeat, stopping }: RunContext) => {
  for (let left = delayMs; left > 0; left -= heartbeatEveryMs) {
    await sleep(Math.min(left, heartbeatEveryMs), undefined, { signal: stopping })
    await heartbeat()
  }
}

/** 200 ms, 400 ms, 800 ms … up to 10 s, each up to a fifth longer so that workers do not march in step. */
export const exponentialDelayMs = (failure: number): number =>
  Math.min(100 * 2 ** failure, 10_000) * (1 + Math.random() / 5)
