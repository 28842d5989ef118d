import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Deliver } from '../deliver.ts'
import type { Hook } from '../hook.ts'
import { TopicUnavailableError } from '../publish/topic-unavailable-error.ts'
import type { Spool } from './spool.ts'
import type { Spools } from './spools.ts'

export interface Drain {
  /** Lets go of the hooks it holds; they stay in the spool. */
  stop(): Promise<void>
}

/** Drains all spools, each by itself: one that waits for its topic holds up no other. */
export const startDrains = (
  { common, ofTopics }: Pick<Spools, 'common' | 'ofTopics'>,
  deliver: Deliver,
  logger: Logger,
): Drain => {
  const moveTo = (topic: string, hooks: readonly Hook[]): Promise<void> =>
    ofTopics.get(topic)?.take(hooks) ?? Promise.reject(new Error(`there is no spool of ${topic}`))
  const drains = [startDrain({ spool: common, deliver, moveTo, logger })]
  for (const [topic, spool] of ofTopics) drains.push(startDrain({ spool, topic, deliver, moveTo, logger }))
  return { stop: async () => void (await Promise.all(drains.map(({ stop }) => stop()))) }
}

export interface DrainOptions {
  spool: Spool
  /** The one its hooks wait for; undefined where they wait for the brokers. */
  topic?: string
  deliver: Deliver
  /** Puts hooks behind those that wait for another topic alone: all of them, or none. */
  moveTo(topic: string, hooks: readonly Hook[]): Promise<void>
  logger: Logger
}

const maxUnexplained = 3

const waitMs = (failure: number): number => Math.min(100 * 2 ** failure, 2000)

/**
 * Takes hooks from a spool to Kafka, oldest first, for as long as it runs. A hook leaves the spool once the brokers have it, or
 * the spool of the topic it has to wait for.
 */
export const startDrain = ({ spool, topic, deliver, moveTo, logger }: DrainOptions): Drain => {
  const stopping = new AbortController()
  const { signal } = stopping

  /** @returns the other topic the hook has to wait for, where it is that */
  const attempt = async (
    hook: Hook,
    unexplained: Map<Hook, number>,
  ): Promise<'settled' | 'again' | { waitsFor: string }> => {
    try {
      await deliver(hook, null, topic)
      return 'settled'
    } catch (error) {
      if (error instanceof TopicUnavailableError && error.topic !== topic) return { waitsFor: error.topic }
      // What is neither an outage nor a refusal for good may be our own fault: it must not hold up the others for ever.
      const failures = error instanceof RetriableError ? 0 : (unexplained.get(hook) ?? 0) + 1
      unexplained.set(hook, failures)
      if (error instanceof PermanentError || failures > maxUnexplained) {
        logger.error('a spooled hook cannot be published', { delivery_id: hook.id, error: messageOf(error) })
        if (await isSetAside(hook)) return 'settled'
      }
      return 'again'
    }
  }

  const isSetAside = (hook: Hook): Promise<boolean> =>
    spool.setAside(hook).then(
      () => true,
      (error: unknown) => {
        logger.error('a hook cannot be set aside', { delivery_id: hook.id, error: messageOf(error) })
        return false
      },
    )

  /** @returns those to be tried again, in order */
  const attemptAll = async (
    hooks: readonly Hook[],
    unexplained: Map<Hook, number>,
  ): Promise<readonly Hook[]> => {
    const results = await Promise.all(
      hooks.map(async (hook) => ({ hook, result: await attempt(hook, unexplained) })),
    )
    const again = new Set(results.filter(({ result }) => result === 'again').map(({ hook }) => hook))
    // Only now: what was turned away first need not have been the oldest.
    const moving = results.flatMap(({ hook, result }) =>
      typeof result === 'object' ? [{ hook, ...result }] : [],
    )
    for (const [waitsFor, moved] of Map.groupBy(moving, (each) => each.waitsFor)) {
      const theirs = moved.map(({ hook }) => hook)
      await moveTo(waitsFor, theirs).catch((error: unknown) => {
        logger.error('hooks cannot be put aside for their topic', {
          topic: waitsFor,
          error: messageOf(error),
        })
        for (const hook of theirs) again.add(hook)
      })
    }
    return hooks.filter((hook) => again.has(hook))
  }

  const deliverAll = async (hooks: readonly Hook[]): Promise<'settled' | 'stopped'> => {
    const unexplained = new Map<Hook, number>()
    let waiting = hooks
    for (let failures = 0; waiting.length > 0; ) {
      if (signal.aborted) return 'stopped'
      // While the first fails, it finds out for all whether it works again.
      const tried = failures === 0 ? waiting : waiting.slice(0, 1)
      const again = await attemptAll(tried, unexplained)
      waiting = [...again, ...waiting.slice(tried.length)]
      failures = again[0] === tried[0] ? failures + 1 : 0
      if (failures === 1) logger.debug('spooled hooks wait', { topic, hooks: waiting.length })
      if (failures > 0) await sleep(waitMs(failures - 1), undefined, { signal }).catch(() => undefined)
    }
    return 'settled'
  }

  const run = async () => {
    for (let drained = 0, failure = 0; !signal.aborted; ) {
      let hooks: readonly Hook[]
      try {
        hooks = await spool.peek(signal)
        failure = 0
      } catch (error) {
        logger.error('the spool cannot be read', { topic, error: messageOf(error) })
        await sleep(waitMs(failure++), undefined, { signal }).catch(() => undefined)
        continue
      }
      if (signal.aborted) return
      if ((await deliverAll(hooks)) === 'stopped') return
      await spool.advance()
      drained += hooks.length
      if (spool.state.records === 0) {
        logger.info('the spool is empty', { topic, drained })
        drained = 0
      }
    }
  }

  const running = run().catch((error: unknown) =>
    logger.error('the spool is not drained any more', { topic, error: messageOf(error) }),
  )
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
