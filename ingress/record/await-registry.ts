import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Encoders } from './encode.ts'
import type { KnownEncoders } from './encoders.ts'

/**
 * Asks a registry again that did not say the schema ids. Those of the disk are right, unless it comes back as another one.
 *
 * @param read asks for all of them
 * @param everyMs between two questions, in milliseconds
 * @returns encoders by the ids of the registry, once it says them; never holds up the end of the process
 */
export const awaitRegistry = async (
  read: () => Promise<KnownEncoders>,
  everyMs: number,
  logger: Logger,
): Promise<Encoders> => {
  const ask = async (): Promise<Encoders | undefined> => {
    try {
      const { encoders, from } = await read()
      return from === 'registry' ? encoders : undefined
    } catch (error) {
      logger.error('the registry is not the one it was', { error: messageOf(error) })
      return undefined
    }
  }
  for (;;) {
    await sleep(everyMs, undefined, { ref: false })
    const encoders = await ask()
    if (encoders !== undefined) return encoders
  }
}
