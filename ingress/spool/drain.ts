import { setTimeout as sleep } from 'node:timers/promises'
import { type Backoff, backoffMs } from '../../lib/backoff.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Deliver } from '../deliver.ts'
import type { Hook } from '../hook.ts'
import { TooLargeError } from '../record/too-large-error.ts'
import { createDeliverSpooled, type DeliverSpooled } from './deliver-spooled.ts'
import type { Spool } from './spool.ts'

export interface Drain {
  /** Stops. Hooks that are not published yet stay in the spool. */
  stop(): Promise<void>
}

export interface DrainOptions {
  spool: Spool
  /** The topic that the hooks of this spool wait for; undefined: they wait for the brokers. */
  topic?: string
  deliver: Deliver
  /** Appends hooks to the spool of another topic: all of them or none. */
  moveTo(topic: string, hooks: readonly Hook[]): Promise<void>
  logger: Logger
}

const backoff: Backoff = { firstMs: 100, maxMs: 2000 }

/**
 * Publishes the hooks of a spool, oldest first, until it is stopped. A hook leaves the spool once the
 * brokers have acknowledged its record, or once it is in the spool of the topic that it has to wait for.
 */
export const startDrain = (options: DrainOptions): Drain => {
  const { topic, logger } = options
  const stopping = new AbortController()
  const running = drain(options, stopping.signal).catch((error: unknown) =>
    logger.error('the spool is no longer drained because of an internal error: restart the ingress', {
      topic,
      error: messageOf(error),
    }),
  )
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

const drain = async (options: DrainOptions, signal: AbortSignal): Promise<void> => {
  const { spool, topic, logger } = options
  let published = 0
  for (;;) {
    const hooks = await peekUntilReadable(options, signal)
    if (signal.aborted) return
    const result = await deliverAll(hooks, options, signal)
    if (result === 'stopped') return
    await spool.advance(result.left)
    published += hooks.length
    if (spool.state.records > 0) continue
    logger.info('the spool is empty', { topic, drained: published })
    published = 0
  }
}

/** @returns no hooks once the signal is aborted */
const peekUntilReadable = async (
  { spool, topic, logger }: DrainOptions,
  signal: AbortSignal,
): Promise<readonly Hook[]> => {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await spool.peek(signal)
    } catch (error) {
      logger.error('the spool cannot be read', { topic, error: messageOf(error) })
      await wait(failures, signal)
    }
  }
  return []
}

/** Delivers the hooks of one `peek`, again and again, until each has left the spool. */
const deliverAll = async (
  hooks: readonly Hook[],
  options: DrainOptions,
  signal: AbortSignal,
): Promise<{ left: number } | 'stopped'> => {
  const deliverSpooled = createDeliverSpooled(options)
  let waiting = hooks
  let failures = 0
  let left = 0
  while (waiting.length > 0) {
    if (signal.aborted) return 'stopped'
    const round = await deliverRound(waiting, failures, deliverSpooled)
    waiting = round.waiting
    left += round.left
    failures = round.hasFirstFailed ? failures + 1 : 0
    if (failures === 0) continue
    report(failures, round.error, waiting, options)
    await wait(failures, signal)
  }
  return { left }
}

/** How often a record may be too large. At the first time, the limit of its topic may just have changed. */
const tooLargeUntilWarning = 2

/** An outage is logged by what publishes. A record that is too large waits for a person. */
const report = (
  failures: number,
  error: unknown,
  [first, ...later]: readonly Hook[],
  { topic, logger }: DrainOptions,
): void => {
  if (failures === 1)
    logger.debug('the hooks of the spool cannot be published yet', { topic, hooks: later.length + 1 })
  if (failures === tooLargeUntilWarning && error instanceof TooLargeError)
    logger.warn('a hook does not fit its topic even without its body, and holds up the hooks behind it', {
      topic: error.topic,
      delivery_id: first?.id,
      error: messageOf(error),
      todo:
        `raise \`max.message.bytes\` of the topic ${error.topic}; ` +
        'then the hooks are published by themselves',
    })
}

/** While the first hook fails, it alone is tried, to find out whether publishing works again. */
const deliverRound = async (waiting: readonly Hook[], failures: number, deliverSpooled: DeliverSpooled) => {
  const attempted = failures === 0 ? waiting : waiting.slice(0, 1)
  const { retried, left, error } = await deliverSpooled(attempted)
  return {
    waiting: [...retried, ...waiting.slice(attempted.length)],
    left,
    error,
    hasFirstFailed: retried[0] === attempted[0],
  }
}

const wait = (failures: number, signal: AbortSignal): Promise<unknown> =>
  sleep(backoffMs(backoff, failures), undefined, { signal }).catch(() => undefined)
