import { backoffMs } from '../../../lib/backoff.ts'
import { reasonOf } from '../../../lib/http/read-series.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { CopyKind, CopyMetrics } from './metrics.ts'

/** A second copy of the log. What fails in it never affects the log itself or another copy. */
export interface Copy {
  kind: CopyKind
  /** Completes the sentence "the push log cannot be copied to …". */
  target: string
  /** Brings the copy up to date. @param signal ends it early */
  update(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface CopyLoop {
  /** Says that the log has changed. The copy follows soon. */
  wake(): void
  /** Ends a running update, and closes the copy. */
  stop(): Promise<void>
}

const backoff = { firstMs: 1000, maxMs: 60_000, jitter: 0.2 }
/** Changes that come close together are copied together. */
const pauseMs = 200

/**
 * Updates a copy now and after each change. A failed update is tried again after a longer and longer wait,
 * and is logged once, until an update succeeds.
 */
export const startCopyLoop = (
  { kind, target, update, close }: Copy,
  logger: Logger,
  metrics?: CopyMetrics,
): CopyLoop => {
  const stopping = new AbortController()
  let failures = 0
  let isChanged = true
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  const run = async () => {
    isChanged = false
    try {
      await update(stopping.signal)
      if (failures > 0) logger.info(`the push log is copied to ${target} again`)
      failures = 0
      metrics?.succeeded(kind)
    } catch (error) {
      isChanged = true
      failures += 1
      if (!stopping.signal.aborted) metrics?.failed(kind)
      if (failures === 1 && !stopping.signal.aborted)
        logger.error(`the push log cannot be copied to ${target}, this is tried again`, {
          error: reasonOf(error),
        })
    }
    running = undefined
    if (isChanged) schedule()
  }

  const schedule = () => {
    if (stopping.signal.aborted || running !== undefined || timer !== undefined) return
    const start = () => {
      timer = undefined
      running = run()
    }
    timer = setTimeout(start, failures === 0 ? pauseMs : backoffMs(backoff, failures))
  }

  schedule()
  return {
    wake: () => {
      isChanged = true
      schedule()
    },
    stop: async () => {
      clearTimeout(timer)
      stopping.abort()
      await running
      await close()
    },
  }
}
