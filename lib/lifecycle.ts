import { messageOf } from './errors.ts'
import type { Logger } from './logger.ts'

/** A part of the program that runs until it is stopped or fails. */
export interface Running {
  /** Rejects when it can no longer do its work. It never resolves. */
  readonly failure: Promise<never>
  /** Finishes the work in progress and closes everything that was opened. */
  stop(): Promise<void>
}

/** The part of `process` that reports signals. */
export interface Signals {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

/**
 * @param stopSignal aborted when the process must stop. A start that waits for something then stops waiting
 *   and resolves
 */
export type Start = (stopSignal: AbortSignal) => Promise<Running>

/**
 * Runs until SIGTERM or SIGINT, then stops in order. If the signal arrives during the start, the start is
 * awaited and then stopped, because it may already have opened something.
 *
 * @param limitMs how long stopping may take, in milliseconds
 * @returns the exit code: 0 after an orderly stop, 1 after a failure or if stopping took too long
 * @throws the error of `start`
 */
export const runUntilStopped = async (
  start: Start,
  signals: Signals,
  logger: Logger,
  limitMs: number,
): Promise<number> => {
  const stopping = new AbortController()
  const stopRequested = new Promise<'stop requested'>((resolve) =>
    stopping.signal.addEventListener('abort', () => resolve('stop requested')),
  )
  // npm and terminals send several signals. The later ones are ignored.
  signals.on('SIGTERM', () => stopping.abort())
  signals.on('SIGINT', () => stopping.abort())

  const starting = start(stopping.signal)
  const failure = starting.then((running) => running.failure.catch((error: unknown) => error))
  const end = await Promise.race([stopRequested, failure])
  if (end === 'stop requested') logger.info('stopping')
  else logger.error('stopping, because the process cannot continue', { error: messageOf(end) })

  const stop = await stopWithin(limitMs, starting)
  if (stop.outcome === 'late') {
    logger.error('did not stop in time', { limit_ms: limitMs })
    return 1
  }
  if (stop.outcome === 'failed') logger.error('stopping failed', { error: messageOf(stop.error) })
  logger.info('stopped')
  return end === 'stop requested' && stop.outcome === 'stopped' ? 0 : 1
}

type StopResult = { outcome: 'stopped' | 'late' } | { outcome: 'failed'; error: unknown }

const stopWithin = async (limitMs: number, starting: Promise<Running>): Promise<StopResult> => {
  const stopped = starting
    .then((running) => running.stop())
    .then(
      (): StopResult => ({ outcome: 'stopped' }),
      (error: unknown): StopResult => ({ outcome: 'failed', error }),
    )
  const late = new Promise<StopResult>((resolve) => {
    setTimeout(resolve, limitMs, { outcome: 'late' }).unref()
  })
  return Promise.race([stopped, late])
}
