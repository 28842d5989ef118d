import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'

/** Remembers why the log cannot be read, and logs each outage once. */
export interface Outage {
  begin(error: unknown): void
  end(): void
  /** Undefined while the log can be read. */
  reason(): string | undefined
}

export const createOutage = (logger: Logger): Outage => {
  let reason: string | undefined
  return {
    begin: (error) => {
      const message = messageOf(error)
      if (reason === undefined) logger.warn('the log cannot be read, and is tried again', { error: message })
      reason = message
    },
    end: () => {
      if (reason !== undefined) logger.info('the log can be read again')
      reason = undefined
    },
    reason: () => reason,
  }
}
