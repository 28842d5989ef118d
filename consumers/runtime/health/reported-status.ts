import type { Health } from '../../../lib/http/operations-server.ts'
import type { Logger } from '../../../lib/logger.ts'

/** What `/readyz` reports. Every change is logged, except to `stopping`, which the process logs itself. */
export interface ReportedStatus {
  /** The status now. A change is logged before this returns, so no probe knows more than the log. */
  read(): Health
  /** Begins to look for changes that no probe asks for. Returns a function that ends this. */
  start(): () => void
}

const everyMs = 500

/** @param readiness must not be `stopping` yet */
export const createReportedStatus = (readiness: () => Health, logger: Logger): ReportedStatus => {
  let last = readiness().status
  const read = () => {
    const health = readiness()
    const { ok, status } = health
    if (status === last || status === 'stopping') return health
    last = status
    if (status === 'ready') logger.info('the worker is ready', { status })
    else if (ok) logger.warn('the worker is ready, but not for everything', { status })
    else logger.warn('the worker is not ready', { status })
    return health
  }
  return {
    read,
    start: () => {
      const timer = setInterval(read, everyMs)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}
