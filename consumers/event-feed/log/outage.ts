import { messageOf } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'

/** What fails. `records`: reading or decoding the next one. */
type Failing = 'brokers' | 'records'

/** Remembers why the log cannot be read, and logs each outage once. */
export interface Outage {
  begin(failing: Failing, error: unknown): void
  end(failing: Failing): void
  /** Undefined while the log can be read. */
  reason(): string | undefined
}

export const createOutage = (logger: Logger): Outage => {
  const reasons = new Map<Failing, string>()
  return {
    begin: (failing, error) => {
      const message = messageOf(error)
      if (reasons.size === 0) logger.warn('the log cannot be read, and is tried again', { error: message })
      reasons.set(failing, message)
    },
    end: (failing) => {
      if (reasons.delete(failing) && reasons.size === 0) logger.info('the log can be read again')
    },
    reason: () => reasons.get('records') ?? reasons.get('brokers'),
  }
}
