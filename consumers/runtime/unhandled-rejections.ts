import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

/**
 * Says in the log that a handler left a promise behind that failed, and lets the process live. It is a mistake of that handler; Node
 * would end the process, and a record that does it each time would do so for ever, since no attempt at it would ever be over.
 */
export const surviveUnhandledRejections = (
  emitter: { on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown },
  logger: Pick<Logger, 'error'>,
): void => {
  emitter.on('unhandledRejection', (reason) =>
    logger.error('a promise that nobody waits for failed', { error: messageOf(reason) }),
  )
}
