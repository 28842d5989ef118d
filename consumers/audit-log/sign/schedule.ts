import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'
import { withTimeLimit } from '../../../lib/time-limit.ts'

/** When checkpoints are signed. */
export interface SigningSchedule {
  /** Says that there are rows which no checkpoint covers. */
  notify(): void
  /** Signs what is left, and ends. */
  stop(): Promise<void>
}

export interface ScheduleOptions {
  sign(): Promise<void>
  logger: Logger
  /** The wait after the first rows of a quiet time, so that one checkpoint covers a burst. */
  firstMs?: number
  /** The least time between two checkpoints. */
  everyMs: number
  /** The wait after a failure. */
  retryMs?: number
}

/** How long the last checkpoint may take when the worker stops. */
const stopLimitMs = 5000

/**
 * Signs one second after the first rows of a quiet time, then not more often than every `everyMs`, and at the
 * stop.
 */
export const createSchedule = (options: ScheduleOptions): SigningSchedule => {
  const { sign, logger, firstMs = 1000, everyMs, retryMs = 5000 } = options
  let isDue = false
  let hasFailed = false
  let lastAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const run = async () => {
    isDue = false
    lastAt = performance.now()
    try {
      await sign()
      if (hasFailed) logger.info('the audit log is anchored again')
      hasFailed = false
    } catch (error) {
      if (!hasFailed) logger.warn('the audit log could not be anchored', { error: messageOf(error) })
      hasFailed = true
      plan(retryMs)
    }
  }

  const plan = (delayMs: number) => {
    isDue = true
    if (timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      running = run()
    }, delayMs)
    timer.unref()
  }

  return {
    notify: () => plan(Math.max(firstMs, lastAt + everyMs - performance.now())),
    stop: async () => {
      clearTimeout(timer)
      await running
      clearTimeout(timer)
      if (isDue) await withTimeLimit(stopLimitMs, run()).catch(() => undefined)
      clearTimeout(timer)
    },
  }
}
