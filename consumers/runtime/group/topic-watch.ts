import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'

export interface TopicWatchOptions {
  /** All topics of the worker. */
  topics: readonly string[]
  /** Selects the topics that exist. */
  selectExisting(topics: readonly string[]): Promise<readonly string[]>
  /** Selects the topics in which the group lacks a committed offset that it needs. */
  selectUncommitted(topics: readonly string[]): Promise<readonly string[]>
  /** Replaces the Kafka client by one that reads the topics that can be read now. */
  replaceClient(): Promise<void>
  unreadTopics: { set(count: number): void }
  logger: Logger
}

/** Topics of the worker that it does not read, and why. */
export interface UnreadTopics {
  /** They do not exist. */
  missing: readonly string[]
  /** The group has no committed offset for a partition with records, although it has others. */
  uncommitted: readonly string[]
}

/** Finds topics of the worker that cannot be read, so that one bad topic does not stop all others. */
export interface TopicWatch {
  /**
   * The topics that the next Kafka client reads.
   * @throws UsageError if none of the topics exists
   */
  readable(): Promise<readonly string[]>
  unread(): UnreadTopics
  /** Begins to look for changes. Returns a function that ends this. */
  start(): () => void
}

const everyMs = 5000
/**
 * A difference must still be there after this time, in milliseconds, because replacing the client costs a
 * rebalance.
 */
const confirmMs = 1000

export const createTopicWatch = (options: TopicWatchOptions): TopicWatch => {
  const { topics, logger } = options
  let unread: UnreadTopics = { missing: [], uncommitted: [] }

  const findUnread = async (): Promise<UnreadTopics> => {
    const existing = await options.selectExisting(topics)
    const missing = topics.filter((topic) => !existing.includes(topic))
    return { missing, uncommitted: await options.selectUncommitted(existing) }
  }

  /** Offsets are only looked up where some were missing: topics come and go, but offsets only come. */
  const isChanged = async () => {
    if (unread.uncommitted.length > 0) return String(allOf(await findUnread())) !== String(allOf(unread))
    const existing = await options.selectExisting(topics)
    return existing.length !== topics.length - unread.missing.length
  }

  const poll = async () => {
    try {
      if (!(await isChanged())) return
      await sleep(confirmMs, undefined, { ref: false })
      if (await isChanged()) await options.replaceClient()
    } catch (error) {
      // The brokers do not answer. The next poll tries again.
      logger.debug('the worker could not check which topics it can read', { error: messageOf(error) })
    }
  }

  return {
    readable: async () => {
      const found = await findUnread()
      if (found.missing.length === topics.length)
        throw new UsageError(
          'topics that this worker reads do not exist: run `bridge setup`, which creates them',
        )
      report(logger, unread, found)
      unread = found
      options.unreadTopics.set(allOf(found).length)
      return topics.filter((topic) => !allOf(found).includes(topic))
    },
    unread: () => unread,
    start: () => {
      let isPolling = false
      const timer = setInterval(async () => {
        if (isPolling) return
        isPolling = true
        await poll()
        isPolling = false
      }, everyMs)
      timer.unref()
      return () => clearInterval(timer)
    },
  }
}

const allOf = ({ missing, uncommitted }: UnreadTopics): string[] => [...missing, ...uncommitted]

const report = (logger: Logger, before: UnreadTopics, now: UnreadTopics) => {
  const newIn = (kind: keyof UnreadTopics) => now[kind].filter((topic) => !before[kind].includes(topic))
  const [missing, uncommitted] = [newIn('missing'), newIn('uncommitted')]
  const back = allOf(before).filter((topic) => !allOf(now).includes(topic))
  if (missing.length > 0)
    logger.error('topics do not exist, so the worker reads only the others: run `bridge setup`', {
      topics: missing,
    })
  if (uncommitted.length > 0)
    logger.error(
      'topics have partitions without a committed offset, so the worker reads only the others: ' +
        'run `bridge setup`',
      { topics: uncommitted },
    )
  if (back.length > 0) logger.warn('topics can be read again', { topics: back })
}
