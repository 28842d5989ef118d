import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import { TooLargeError } from '../record/too-large-error.ts'
import type { Sized } from './cut-batch.ts'
import { createLimitStore, type LimitStore } from './limit-store.ts'
import type { ReadTopicFacts } from './topic-metadata.ts'

/** Knows how many partitions each topic has, and how large a record it accepts. The limits are polled. */
export interface TopicLimits extends Pick<LimitStore, 'factsOf' | 'update'> {
  /**
   * Reads the limits again, because the brokers called these records, which were sent together, too large.
   *
   * @returns the error for a record that was sent alone: a RetriableError if it will be made smaller the next
   *   time or if the limit cannot be read now; another Error if the record should have been small enough
   */
  explainTooLarge(records: readonly Pick<Sized, 'topic' | 'bytes'>[]): Promise<Error>
  stop(): void
}

export interface TopicLimitsOptions {
  /** @returns the facts of each topic, or why they cannot be read */
  readTopicFacts(topics: readonly string[]): Promise<ReadonlyMap<string, ReadTopicFacts | Error>>
  /** How often the limits are read, in milliseconds. */
  pollIntervalMs?: number
  logger: Logger
}

/** Our records without their bodies are about this large. A lower guess would not help. */
const minGuessBytes = 8192

const readTimeoutMs = 5000

/** Limits that were guessed are polled only this seldom: at each 20th poll, which is every five minutes. */
const pollsPerGuess = 20

/** @param seen the facts that were read at the start */
export const createTopicLimits = (
  seen: ReadonlyMap<string, ReadTopicFacts>,
  options: TopicLimitsOptions,
): TopicLimits => {
  const { pollIntervalMs = 15_000, logger } = options
  const store = createLimitStore(logger)
  for (const [topic, facts] of seen) store.update(topic, facts)
  const read = createReader(store, options)

  let polls = 0
  const poll = () => {
    polls += 1
    const isTimeForGuessed = polls % pollsPerGuess === 0
    if (!isTimeForGuessed) return void read(store.topics().filter((topic) => !store.isGuessed(topic)))
    // Reading the guessed limits needs one request for each topic. They may be higher by now.
    store.forgetGuesses()
    void read(store.topics())
  }
  const timer = setInterval(poll, pollIntervalMs).unref()

  return {
    factsOf: store.factsOf,
    update: store.update,
    explainTooLarge: async (records) => {
      const [{ topic, bytes } = { topic: '', bytes: 0 }, ...others] = records
      const isRead = (await read([topic])) || store.isGuessed(topic)
      const facts = store.factsOf(topic)
      const problem = `${bytes} bytes are too large for ${topic}, which accepts ${facts?.maxBytes}`
      if (!isRead || others.length > 0 || facts === undefined) return new RetriableError(problem)
      if (bytes > facts.maxBytes) return new TooLargeError(topic, bytes, facts.maxBytes)
      const guess = Math.floor(bytes / 2)
      if (!store.isGuessed(topic) || guess < minGuessBytes)
        return new Error(`the brokers say that ${problem}`)
      store.guess(topic, guess)
      return new RetriableError(problem)
    },
    stop: () => clearInterval(timer),
  }
}

/** Updates the limits of topics. While it reads, further calls wait for the same answer. */
const createReader = (
  store: LimitStore,
  { readTopicFacts, logger }: TopicLimitsOptions,
): ((topics: readonly string[]) => Promise<boolean>) => {
  /** The number of partitions that was logged last. */
  const logged = new Map<string, number>()
  const logChange = (topic: string, before: number, now: number) => {
    if (now === (logged.get(topic) ?? before)) return
    logged.set(topic, now)
    logger.warn(
      'the number of partitions of a topic has changed: restart every ingress and worker at the same time, ' +
        'because until then the new partitions are not used, and afterwards most keys change their partition',
      { topic, partitions: now, in_use: before },
    )
  }
  let reading: Promise<boolean> | undefined

  const update = async (topics: readonly string[]): Promise<boolean> => {
    const answers = await readTopicFacts(topics)
    for (const [topic, facts] of answers) {
      const partitions = store.factsOf(topic)?.partitions
      // New partitions are used after a restart only, as by the workers: they change the partition of most
      // keys.
      if (partitions === undefined || facts instanceof Error) continue
      logChange(topic, partitions, facts.partitions)
      store.update(topic, { ...facts, partitions })
    }
    return true
  }

  /** @returns whether the brokers answered */
  return (topics) => {
    if (topics.length === 0) return Promise.resolve(true)
    reading ??= withTimeLimit(readTimeoutMs, update(topics))
      .catch((error: unknown) => {
        logger.debug('the size limits of the topics cannot be read', { error: messageOf(error) })
        return false
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }
}
