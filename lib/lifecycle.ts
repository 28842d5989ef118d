import { messageOf } from './errors.ts'
import type { Logger } from './logger.ts'

/** Something with a life: it runs until it is stopped, or fails by itself. */
export interface Running {
  /** Rejects when it can no longer do its work; never resolves. */
  readonly failure: Promise<never>
  /** Finishes what it holds and lets go of everything. */
  stop(): Promise<void>
}

export interface Signals {
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

/** @param told fires when it is to stop: a start that waits for others ends its waiting then, and resolves */
export type Start = (told: AbortSignal) => Promise<Running>

/**
 * Runs until SIGTERM or SIGINT, then stops in order. What is still starting may hold something already: it is stopped once it has started.
 *
 * @param limitMs how long that may take before it is given up, in milliseconds
 * @returns the exit code: 0 after an orderly stop, 1 when it failed or did not stop in time
 * @throws why it does not start
 */
export const runUntilStopped = async (
  start: Start,
  signals: Signals,
  logger: Logger,
  limitMs: number,
): Promise<number> => {
  const told = new AbortController()
  const signal = new Promise<'stop'>((resolve) =>
    told.signal.addEventListener('abort', () => resolve('stop')),
  )
  // Every further signal is ignored: npm and terminals send several.
  signals.on('SIGTERM', () => told.abort())
  signals.on('SIGINT', () => told.abort())
  const starting = start(told.signal)
  const failed = starting.then(({ failure }) => failure.catch((error: unknown) => error))
  const ended = await Promise.race([signal, failed])
  if (ended !== 'stop') logger.error('stopping: the process cannot go on', { error: messageOf(ended) })
  else logger.info('stopping')

  const late = Symbol('late')
  const stop = async () => (await starting).stop()
  const stopped = stop().then(
    () => true,
    (error: unknown) => {
      logger.error('did not stop cleanly', { error: messageOf(error) })
      return false
    },
  )
  const timer = new Promise<typeof late>((resolve) => setTimeout(resolve, limitMs, late).unref())
  const isClean = await Promise.race([stopped, timer])
  if (isClean === late) {
    logger.error('did not stop in time', { limit_ms: limitMs })
    return 1
  }
  logger.info('stopped')
  return ended === 'stop' && isClean ? 0 : 1
}
