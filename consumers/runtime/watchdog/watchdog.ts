import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { Verdict } from './stall-detector.ts'

export interface KeepWatchOptions {
  look(): Promise<Verdict>
  everyMs: number
  /** Takes a new Kafka client; resolves once it has joined, rejects where it cannot. */
  rebuild(): Promise<void>
  /** The process cannot go on. */
  fail(error: Error): void
  logger: Logger
}

/**
 * What follows from the watchdog's verdicts: a client that does not move is replaced, once; when that brings nothing, or a handler
 * hangs (a second attempt must never run beside it), the process ends and whoever supervises it starts a new one.
 *
 * @returns ends the watch
 */
export const keepWatch = ({ look, everyMs, rebuild, fail, logger }: KeepWatchOptions): (() => void) => {
  let isLooking = false

  const act = async () => {
    const verdict = await look()
    if (verdict === 'moving') return
    if (verdict === 'hung') return fail(new Error('a handler has not ended long after its time was up'))
    if (verdict === 'stuck again')
      return fail(new Error('records are waiting and nothing moves, even with a new Kafka client'))
    logger.error('records are waiting and nothing moves: taking a new Kafka client')
    // One that cannot even join brings nothing either: a later verdict ends the process.
    await rebuild().catch((error: unknown) =>
      logger.warn('the new Kafka client could not join', { error: messageOf(error) }),
    )
  }

  const timer = setInterval(() => {
    if (isLooking) return
    isLooking = true
    act()
      // Brokers that do not answer are no fault of ours: another look will tell.
      .catch((error: unknown) => logger.warn('the watchdog could not look', { error: messageOf(error) }))
      .finally(() => {
        isLooking = false
      })
  }, everyMs)
  return () => clearInterval(timer)
}
