import type { Logger } from '../../lib/logger.ts'

/** Warnings that a stranger can cause: only a few of each reason are logged in a minute. */
export interface LimitedLog {
  /** @param reason from a closed set: each one is counted on its own */
  warn(reason: string, message: string, fields: Readonly<Record<string, unknown>>): void
}

const windowMs = 60_000

/**
 * @param perMinute how many lines of one reason are logged in a minute. At its end one more line says how
 *   many were left out.
 */
export const createLimitedLog = (logger: Pick<Logger, 'warn'>, perMinute = 20): LimitedLog => {
  const lines = new Map<string, number>()

  const endWindow = (reason: string, message: string) => {
    const suppressed = (lines.get(reason) ?? 0) - perMinute
    lines.delete(reason)
    if (suppressed > 0)
      logger.warn('similar log lines were left out in the last minute', { line: message, reason, suppressed })
  }
  return {
    warn: (reason, message, fields) => {
      const count = (lines.get(reason) ?? 0) + 1
      lines.set(reason, count)
      if (count === 1) setTimeout(endWindow, windowMs, reason, message).unref()
      if (count <= perMinute) logger.warn(message, fields)
    },
  }
}
