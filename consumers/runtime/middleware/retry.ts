import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../../../lib/backoff.ts'
import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import type { Message } from '../../consumer.ts'
import type { Middleware, RunContext } from './chain.ts'
import { GroupError } from './group-error.ts'

/** All attempts are used up, and the last ones never ended: they hung, or the process died during them. */
export class AttemptsUsedUpError extends Error {
  override readonly name = 'AttemptsUsedUpError'

  constructor(attempts: number) {
    super(
      `all ${attempts} attempts failed, and the last one never ended: the handler hung, or the process died`,
    )
  }
}

/** @param failures how many attempts at the message have failed */
export type OnRetry = (error: unknown, message: Message, failures: number) => void

/**
 * Tries a failed message again, and waits longer each time. Failed attempts are committed, so that the next
 * process continues to count where this one died. An attempt at a suspect message is committed before it
 * begins: otherwise a message that kills the process would be tried again without end.
 *
 * These failures are not retried here, but passed on to the middlewares further out: an outage
 * (RetriableError), a hopeless record (PermanentError), a problem of the group (GroupError), and the failure
 * of several messages, which then come one by one.
 *
 * @param attempts how many attempts there are in all, at least 1
 * @param delayMs the wait after n failures in a row, in milliseconds
 * @param onRetry called before each further attempt
 */
export const retry =
  (attempts: number, delayMs: (failures: number) => number, onRetry: OnRetry): Middleware =>
  (next) =>
  async (messages, context) => {
    const [message] = messages
    for (let failures = context.failures(); ; ) {
      if (failures >= attempts) throw new AttemptsUsedUpError(failures)
      if (context.isSuspect) await context.announceAttempt('begun')
      try {
        return await next(messages, context)
      } catch (error) {
        if (messages.length > 1 || !isRetried(error, context)) throw error
        failures += 1
        if (failures >= attempts) throw error
        await context.rememberFailures(failures)
        if (message !== undefined) onRetry(error, message, failures)
        await pause(delayMs(failures), context)
      }
    }
  }

const isRetried = (error: unknown, { stopping }: RunContext): boolean =>
  !(
    error instanceof GroupError ||
    error instanceof RetriableError ||
    error instanceof PermanentError ||
    stopping.aborted
  )

const heartbeatEveryMs = 1000

/** Waits, and sends heartbeats meanwhile: without them the group would remove this member. */
const pause = async (delayMs: number, { heartbeat, stopping }: RunContext) => {
  for (let leftMs = delayMs; leftMs > 0; leftMs -= heartbeatEveryMs) {
    await sleep(Math.min(leftMs, heartbeatEveryMs), undefined, { signal: stopping })
    await heartbeat()
  }
}

const retryBackoff: Backoff = { firstMs: 200, maxMs: 10_000, jitter: 0.2 }

/** The wait after n failed attempts at one message, in milliseconds. */
export const retryDelayMs = (failures: number): number => backoffMs(retryBackoff, failures)
