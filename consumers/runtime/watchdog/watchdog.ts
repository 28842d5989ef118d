import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { Verdict } from './stall-detector.ts'

export interface WatchdogOptions {
  /** Checks the progress of the worker. */
  poll(): Promise<Verdict>
  /** Interval of the polls, in milliseconds. */
  everyMs: number
  /**
   * Replaces the Kafka client. Resolves once the new client has joined the group, rejects where it cannot.
   */
  replaceClient(): Promise<void>
  /** Called when the process cannot go on. */
  fail(error: Error): void
  logger: Logger
}

/**
 * Acts on the verdicts about the worker's progress. A Kafka client that makes no progress is replaced once.
 * If this does not help, the process ends, and its supervisor starts a new one. A handler that hangs also
 * ends the process, because a second attempt must never run beside it.
 *
 * @returns a function that ends the polls
 */
export const startWatchdog = (options: WatchdogOptions): (() => void) => {
  const { everyMs, logger } = options
  let isPolling = false
  const timer = setInterval(async () => {
    if (isPolling) return
    isPolling = true
    try {
      await act(await options.poll(), options)
    } catch (error) {
      // The brokers do not answer, which is no fault of this worker. The next poll tries again.
      logger.warn('the watchdog could not check the progress of the worker', { error: messageOf(error) })
    } finally {
      isPolling = false
    }
  }, everyMs)
  return () => clearInterval(timer)
}

const act = async (verdict: Verdict, { replaceClient, fail, logger }: WatchdogOptions): Promise<void> => {
  switch (verdict) {
    case 'moving':
      return
    case 'hung':
      return fail(new Error('a handler has not ended long after its time limit'))
    case 'stuck again':
      return fail(new Error('records are waiting and nothing moves, even with a new Kafka client'))
    case 'stuck':
      logger.error('records are waiting and nothing moves: the Kafka client is replaced')
      // If the new client cannot join, nothing moves either, and a later verdict ends the process.
      await replaceClient().catch((error: unknown) => {
        logger.warn('the new Kafka client could not join the group', { error: messageOf(error) })
      })
  }
}
