import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { KnownEncoders } from './encoders.ts'

/**
 * Polls a registry that did not answer at the start, while the schema ids from the disk are used. Those are
 * right, unless the registry comes back with other content.
 *
 * @param read reads all schema ids
 * @param intervalMs the time between two attempts, in milliseconds
 * @returns encoders with the ids of the registry, once it answers; the wait does not keep the process alive
 */
export const awaitRegistry = async (
  read: () => Promise<KnownEncoders>,
  intervalMs: number,
  logger: Logger,
): Promise<KnownEncoders> => {
  const poll = async (): Promise<KnownEncoders | undefined> => {
    try {
      const known = await read()
      return known.from === 'registry' ? known : undefined
    } catch (error) {
      logger.error('the schema registry answers, but it does not know our schemas', {
        error: messageOf(error),
      })
      return undefined
    }
  }
  for (;;) {
    await sleep(intervalMs, undefined, { ref: false })
    const known = await poll()
    if (known !== undefined) return known
  }
}
