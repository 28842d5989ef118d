import { messageOf, PermanentError, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Deliver, Delivered, Delivery } from '../deliver.ts'
import type { Hook } from '../hook.ts'
import { TopicUnavailableError } from '../record/topic-unavailable-error.ts'
import type { Spool } from './spool.ts'

/** Tries to deliver hooks of a spool once. */
export type DeliverSpooled = (hooks: readonly Hook[]) => Promise<Round>

export interface Round {
  /** The hooks that must be tried again, in order. */
  retried: readonly Hook[]
  /** Why the first of them must be tried again, where its delivery failed. */
  error?: unknown
  /** How many hooks were published, set aside or moved. */
  left: number
}

export interface DeliverSpooledOptions {
  spool: Pick<Spool, 'setAside' | 'noteMoving' | 'notePublished'>
  /** The topic that the hooks wait for; undefined: they wait for the brokers. */
  topic?: string
  deliver: Deliver
  /** Appends hooks to the spool of another topic: all of them or none. */
  moveTo(topic: string, hooks: readonly Hook[]): Promise<void>
  logger: Logger
}

/** What became of one attempt. */
type Fate =
  /** The hook can leave the spool: it was published or set aside. */
  | { kind: 'done' }
  | { kind: 'retry'; error?: unknown }
  /** The hook has to wait in the spool of this topic. */
  | { kind: 'move'; topic: string }

/** How often a hook may fail for a reason that is neither an outage nor a refusal before it is set aside. */
const maxUnexplainedFailures = 3

export const createDeliverSpooled = (options: DeliverSpooledOptions): DeliverSpooled => {
  const unexplainedFailures = new Map<Hook, number>()

  /** What follows a failed attempt. A hook that is hopeless must not block the others. */
  const judge = (hook: Hook, error: unknown): Fate | 'hopeless' => {
    if (error instanceof TopicUnavailableError && error.topic !== options.topic)
      return { kind: 'move', topic: error.topic }
    if (error instanceof RetriableError) {
      unexplainedFailures.set(hook, 0)
      return { kind: 'retry', error }
    }
    const failures = (unexplainedFailures.get(hook) ?? 0) + 1
    unexplainedFailures.set(hook, failures)
    // An unexplained failure may be a bug of ours.
    const isHopeless = error instanceof PermanentError || failures > maxUnexplainedFailures
    return isHopeless ? 'hopeless' : { kind: 'retry', error }
  }

  return async (hooks) => {
    const fates = await attemptInOrder(hooks, judge, options)
    // Hooks move only after all attempts have ended: the first one to fail need not be the oldest.
    const notMoved = await moveAll(fates, options)
    const retries = fates.flatMap(({ hook, fate }) => (fate.kind === 'retry' ? [{ hook, fate }] : []))
    const retried = new Set(retries.map(({ hook }) => hook))
    return {
      error: retries[0]?.fate.error,
      retried: hooks.filter((hook) => retried.has(hook) || notMoved.has(hook)),
      left: fates.length - retried.size - notMoved.size,
    }
  }
}

/**
 * Queues the hooks in the same tick and waits until each has its fate. No hook overtakes an older one that
 * must be tried again, or that must wait for the same topic.
 */
const attemptInOrder = (
  hooks: readonly Hook[],
  judge: (hook: Hook, error: unknown) => Fate | 'hopeless',
  options: DeliverSpooledOptions,
): Promise<{ hook: Hook; fate: Fate }[]> => {
  const deliveries: Delivery[] = []
  const blockedTopics = new Set<string>()
  let isBlocked = false

  /** Takes the later hooks out of the queue before any of them can be sent. */
  const block = (index: number, fate: Fate) => {
    const later = deliveries.slice(index + 1)
    if (fate.kind === 'retry' && !isBlocked) {
      isBlocked = true
      for (const { withdraw } of later) withdraw(new RetriableError('an older hook must be published first'))
    }
    if (fate.kind === 'move' && !blockedTopics.has(fate.topic)) {
      blockedTopics.add(fate.topic)
      const error = new TopicUnavailableError(fate.topic, 'older hooks wait for it')
      for (const { topic, withdraw } of later) if (topic === fate.topic) withdraw(error)
    }
  }

  const attempt = (hook: Hook, index: number): Promise<Fate> => {
    if (isBlocked) return Promise.resolve({ kind: 'retry' })
    const { promise, resolve } = Promise.withResolvers<Fate>()
    const onSettled = (delivered: Delivered) => {
      if ('kept' in delivered) {
        options.spool.notePublished()
        return resolve({ kind: 'done' })
      }
      const fate = judge(hook, delivered.error)
      if (fate === 'hopeless') return resolve(setAside(hook, delivered.error, options))
      block(index, fate)
      resolve(fate)
    }
    const mustWait = (topic: string) => blockedTopics.has(topic)
    deliveries.push(options.deliver(hook, { waitedFor: options.topic, isSpooled: true, mustWait, onSettled }))
    return promise
  }

  return Promise.all(hooks.map(async (hook, index) => ({ hook, fate: await attempt(hook, index) })))
}

const setAside = async (hook: Hook, cause: unknown, options: DeliverSpooledOptions): Promise<Fate> => {
  const { spool, logger } = options
  logger.error('a spooled hook cannot be published', { delivery_id: hook.id, error: messageOf(cause) })
  try {
    await spool.setAside(hook)
    return { kind: 'done' }
  } catch (error) {
    logger.error('a hook cannot be set aside', { delivery_id: hook.id, error: messageOf(error) })
    return { kind: 'retry' }
  }
}

/** @returns the hooks that could not be moved */
const moveAll = async (
  fates: readonly { hook: Hook; fate: Fate }[],
  { spool, moveTo, logger }: DeliverSpooledOptions,
): Promise<ReadonlySet<Hook>> => {
  const moving = fates.flatMap(({ hook, fate }) =>
    fate.kind === 'move' ? [{ hook, topic: fate.topic }] : [],
  )
  const notMoved = new Set<Hook>()
  for (const [topic, group] of Map.groupBy(moving, (each) => each.topic)) {
    const hooks = group.map(({ hook }) => hook)
    spool.noteMoving(hooks.length)
    try {
      await moveTo(topic, hooks)
    } catch (error) {
      spool.noteMoving(-hooks.length)
      logger.error('hooks could not be moved to the spool of their topic', { topic, error: messageOf(error) })
      for (const hook of hooks) notMoved.add(hook)
    }
  }
  return notMoved
}
