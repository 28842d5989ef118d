import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Carry } from '../carry.ts'
import type { Hook } from '../hook.ts'
import type { Spool } from './spool.ts'

export interface Drain {
  /** Lets go of the hooks it holds; they stay in the spool. */
  stop(): Promise<void>
}

const maxUnexplained = 3

const waitMs = (failure: number): number => Math.min(100 * 2 ** failure, 2000)

/** Takes hooks from the spool to Kafka, oldest first, for as long as it runs. A hook leaves the spool once the brokers have it. */
export const startDrain = (spool: Spool, carry: Carry, logger: Logger): Drain => {
  const stopping = new AbortController()
  const { signal } = stopping

  const deliver = async (hook: Hook): Promise<'settled' | 'stopped'> => {
    for (let failure = 0; !signal.aborted; failure++) {
      try {
        await carry(hook, null)
        return 'settled'
      } catch (error) {
        // What is neither an outage nor a refusal is our own fault: it must not hold up the others for ever.
        const isHopeless = error instanceof PermanentError || (!(error instanceof RetriableError) && failure >= maxUnexplained)
        if (isHopeless) {
          logger.error('a spooled hook cannot be published', { delivery_id: hook.id, error: messageOf(error) })
          if (await isSetAside(hook)) return 'settled'
        }
        if (failure === 0) logger.debug('a spooled hook waits', { delivery_id: hook.id, error: messageOf(error) })
        await sleep(waitMs(failure), undefined, { signal }).catch(() => undefined)
      }
    }
    return 'stopped'
  }

  const isSetAside = (hook: Hook): Promise<boolean> =>
    spool.setAside(hook).then(
      () => true,
      (error: unknown) => {
        logger.error('a hook cannot be set aside', { delivery_id: hook.id, error: messageOf(error) })
        return false
      },
    )

  const run = async () => {
    for (let drained = 0, failure = 0; !signal.aborted; ) {
      let hooks: readonly Hook[]
      try {
        hooks = await spool.peek(signal)
        failure = 0
      } catch (error) {
        logger.error('the spool cannot be read', { error: messageOf(error) })
        await sleep(waitMs(failure++), undefined, { signal }).catch(() => undefined)
        continue
      }
      if (signal.aborted) return
      const results = await Promise.all(hooks.map(deliver))
      if (results.includes('stopped')) return
      await spool.advance()
      drained += hooks.length
      if (spool.state.records === 0) {
        logger.info('the spool is empty', { drained })
        drained = 0
      }
    }
  }

  const running = run().catch((error: unknown) => logger.error('the spool is not drained any more', { error: messageOf(error) }))
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
