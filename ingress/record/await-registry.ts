import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Encoders } from './encode.ts'
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
): Promise<Encoders> => {
  const poll = async (): Promise<Encoders | undefined> => {
    try {
      const { encoders, from } = await read()
      return from === 'registry' ? encoders : undefined
    } catch (error) {
      logger.error('the schema registry answers, but it does not know our schemas', {
        error: messageOf(error),
      })
      return undefined
    }
  }
  for (;;) {
    await sleep(intervalMs, undefined, { ref: false })
    const encoders = await poll()
    if (encoders !== undefined) return encoders
  }
}
