import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import type { KnownEncoders } from './encoders.ts'

/**
 * Asks a registry again that did not say the schema ids. Those of the disk are right, but whoever starts without them cannot publish.
 *
 * @param read asks for all of them
 * @param everyMs between two questions, in milliseconds
 * @returns once the registry says them; never holds up the end of the process
 */
export const awaitRegistry = async (read: () => Promise<KnownEncoders>, everyMs: number, logger: Logger): Promise<void> => {
  const ask = async (): Promise<KnownEncoders['from']> => {
    try {
      return (await read()).from
    } catch (error) {
      logger.error('the registry is not the one it was', { error: messageOf(error) })
      return 'disk'
    }
  }
  do await sleep(everyMs, undefined, { ref: false })
  while ((await ask()) === 'disk')
}
