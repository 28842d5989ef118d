import type { Health } from '../../../lib/http/operations-server.ts'
import type { Logger } from '../../../lib/logger.ts'

const everyMs = 500

/**
 * Logs every change of the status that `/readyz` reports, except `stopping`, which the process logs itself.
 *
 * @returns a function that ends this
 */
export const startStatusLog = (readiness: () => Health, logger: Logger): (() => void) => {
  let last = readiness().status
  const logChange = () => {
    const { ok, status } = readiness()
    if (status === last || status === 'stopping') return
    last = status
    if (status === 'ready') logger.info('the worker is ready', { status })
    else if (ok) logger.warn('the worker is ready, but not for everything', { status })
    else logger.warn('the worker is not ready', { status })
  }
  const timer = setInterval(logChange, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
