import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { Logger } from '../../../lib/logger.ts'

export interface TopicWatchOptions {
  /** All topics of the worker. */
  topics: readonly string[]
  /** Selects the topics that exist. */
  selectExisting(topics: readonly string[]): Promise<readonly string[]>
  /** Replaces the Kafka client by one that reads the topics that exist now. */
  replaceClient(): Promise<void>
  missingTopics: { set(count: number): void }
  logger: Logger
}

/** Finds topics of the worker that do not exist, so that one deleted topic does not stop all others. */
export interface TopicWatch {
  /**
   * The topics that the next Kafka client reads: those that exist.
   * @throws UsageError if none of them exists
   */
  readable(): Promise<readonly string[]>
  /** The topics that are not read because they do not exist. */
  missing(): readonly string[]
  /** Begins to compare the topics that exist with those that are read. Returns a function that ends this. */
  start(): () => void
}

const everyMs = 5000
/**
 * A difference must still be there after this time, in milliseconds, because replacing the client costs a
 * rebalance.
 */
const confirmMs = 1000

export const createTopicWatch = (options: TopicWatchOptions): TopicWatch => {
  const { topics, selectExisting, replaceClient, logger } = options
  let missing: readonly string[] = []

  const findMissing = async () => {
    const existing = new Set(await selectExisting(topics))
    return topics.filter((topic) => !existing.has(topic))
  }

  const setMissing = (found: readonly string[]) => {
    const gone = found.filter((topic) => !missing.includes(topic))
    const back = missing.filter((topic) => !found.includes(topic))
    missing = found
    options.missingTopics.set(found.length)
    if (gone.length > 0)
      logger.error('topics do not exist, so the worker reads only the others: run `bridge setup`', {
        topics: gone,
      })
    if (back.length > 0) logger.warn('topics exist again, and the worker reads them', { topics: back })
  }

  const isChanged = async () => String(await findMissing()) !== String(missing)

  const poll = async () => {
    try {
      if (!(await isChanged())) return
      await sleep(confirmMs, undefined, { ref: false })
      if (await isChanged()) await replaceClient()
    } catch (error) {
      // The brokers do not answer. The next poll tries again.
      logger.debug('the worker could not check which topics exist', { error: messageOf(error) })
    }
  }

  return {
    readable: async () => {
      const found = await findMissing()
      if (found.length === topics.length)
        throw new UsageError(
          'topics that this worker reads do not exist: run `bridge setup`, which creates them',
        )
      setMissing(found)
      return topics.filter((topic) => !found.includes(topic))
    },
    missing: () => missing,
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
