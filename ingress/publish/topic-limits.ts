import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import type { Sized } from './cut-batch.ts'
import type { ReadTopicFacts, TopicFacts } from './topic-metadata.ts'

/** Knows how many partitions each topic has, and how large a record it accepts. The limits are polled. */
export interface TopicLimits {
  /** Undefined if the topic was never seen. */
  factsOf(topic: string): TopicFacts | undefined
  update(topic: string, facts: ReadTopicFacts): void
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

/** Kafka's own default. It is assumed if the cluster does not let us read the limit of a topic. */
const defaultMaxBytes = 1024 * 1024

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
  const { readTopicFacts, pollIntervalMs = 15_000, logger } = options
  const known = new Map<string, TopicFacts>()
  /** The topics whose limit the brokers did not tell when it was last read. */
  const guessed = new Set<string>()
  let reading: Promise<boolean> | undefined

  const store = (topic: string, facts: TopicFacts) => {
    const before = known.get(topic)?.maxBytes
    known.set(topic, facts)
    if (before === undefined || before === facts.maxBytes) return
    logger.info('the size limit of a topic has changed', { topic, max_bytes: facts.maxBytes, before })
  }

  const update = (topic: string, { partitions, maxBytes }: ReadTopicFacts) => {
    if (maxBytes === undefined) guessed.add(topic)
    else guessed.delete(topic)
    store(topic, { partitions, maxBytes: maxBytes ?? known.get(topic)?.maxBytes ?? defaultMaxBytes })
  }

  const updateAll = async (topics: readonly string[]): Promise<boolean> => {
    const answers = await readTopicFacts(topics)
    for (const [topic, facts] of answers) {
      const partitions = known.get(topic)?.partitions
      // New partitions are used after a restart only, as by the workers: they change the partition of most
      // keys.
      if (partitions !== undefined && !(facts instanceof Error)) update(topic, { ...facts, partitions })
    }
    return true
  }

  /** @returns whether the brokers answered */
  const read = (topics: readonly string[]): Promise<boolean> => {
    if (topics.length === 0) return Promise.resolve(true)
    reading ??= withTimeLimit(readTimeoutMs, updateAll(topics))
      .catch((error: unknown) => {
        logger.debug('the size limits of the topics cannot be read', { error: messageOf(error) })
        return false
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  let polls = 0
  const poll = () => {
    polls += 1
    const isTimeForGuessed = polls % pollsPerGuess === 0
    if (!isTimeForGuessed) return void read([...known.keys()].filter((topic) => !guessed.has(topic)))
    // Reading these needs one request for each topic. The guesses are forgotten, since the limits may be
    // higher now.
    for (const topic of guessed)
      store(topic, { partitions: known.get(topic)?.partitions ?? 0, maxBytes: defaultMaxBytes })
    void read([...known.keys()])
  }
  const timer = setInterval(poll, pollIntervalMs).unref()

  for (const [topic, facts] of seen) update(topic, facts)
  return {
    factsOf: (topic) => known.get(topic),
    update,
    explainTooLarge: async (records) => {
      const [{ topic, bytes } = { topic: '', bytes: 0 }, ...others] = records
      const isRead = (await read([topic])) || guessed.has(topic)
      const facts = known.get(topic)
      const problem = `${bytes} bytes are too large for ${topic}, which accepts ${facts?.maxBytes}`
      if (!isRead || others.length > 0 || facts === undefined || bytes > facts.maxBytes)
        return new RetriableError(problem)
      const guess = Math.floor(bytes / 2)
      if (!guessed.has(topic) || guess < minGuessBytes) return new Error(`the brokers say that ${problem}`)
      store(topic, { ...facts, maxBytes: guess })
      return new RetriableError(problem)
    },
    stop: () => clearInterval(timer),
  }
}
