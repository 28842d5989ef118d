import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

/**
 * Logs unhandled rejections, and keeps the process running. An unhandled rejection is a mistake in a handler:
 * it started a promise and did not wait for it. Node would end the process. The next process would get the
 * same record and end too, and no attempt would ever be counted, because none of them comes to an end.
 */
export const surviveUnhandledRejections = (
  emitter: { on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown },
  logger: Pick<Logger, 'error'>,
): void => {
  emitter.on('unhandledRejection', (reason) =>
    logger.error('a promise was rejected and no code handled it', { error: messageOf(reason) }),
  )
}
