import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import type { Sized } from './cut-batch.ts'
import type { ReadTopicFacts, TopicFacts } from './topic-metadata.ts'

/** What was last seen of topics. How large a record they take may change at any time: it is looked at again now and then. */
export interface KnownTopics {
  /** Undefined of a topic that was never seen. */
  factsOf(topic: string): TopicFacts | undefined
  learn(topic: string, facts: ReadTopicFacts): void
  /**
   * The brokers call these records, which were sent together, too large: looks what their topics take by now.
   *
   * @returns what to tell a record that was sent alone: RetriableError where it will be made smaller the next time, or where nobody
   *   can say; another error where it should have been small enough
   */
  explain(records: readonly Pick<Sized, 'topic' | 'bytes'>[]): Promise<Error>
  stop(): void
}

export interface KnownTopicsOptions {
  /** @returns for a topic of which nothing can be read, why */
  readTopicFacts(topics: readonly string[]): Promise<ReadonlyMap<string, ReadTopicFacts | Error>>
  /** How often to look what the topics take, in milliseconds. */
  lookEveryMs?: number
  logger: Logger
}

/** Kafka's own, for clusters that do not let us read it. */
const defaultMaxBytes = 1024 * 1024

/** A record of ours without its body is not much smaller: a lower guess would mend nothing. */
const minGuessBytes = 8192

const patienceMs = 5000

/** Five minutes. */
const looksUntilGuessed = 20

/** @param seen by the first look */
export const createKnownTopics = (
  seen: ReadonlyMap<string, ReadTopicFacts>,
  options: KnownTopicsOptions,
): KnownTopics => {
  const { readTopicFacts, lookEveryMs = 15_000, logger } = options
  const known = new Map<string, TopicFacts>()
  /** Topics whose limit the brokers did not tell when they were last asked. */
  const guessed = new Set<string>()

  const keep = (topic: string, facts: TopicFacts) => {
    const before = known.get(topic)?.maxBytes
    known.set(topic, facts)
    if (before === undefined || before === facts.maxBytes) return
    logger.info('a topic takes records of another size', { topic, max_bytes: facts.maxBytes, before })
  }

  const learn = (topic: string, { partitions, maxBytes }: ReadTopicFacts) => {
    if (maxBytes === undefined) guessed.add(topic)
    else guessed.delete(topic)
    keep(topic, { partitions, maxBytes: maxBytes ?? known.get(topic)?.maxBytes ?? defaultMaxBytes })
  }

  const readLimits = async (topics: readonly string[]): Promise<boolean> => {
    const found = await readTopicFacts(topics)
    for (const [topic, facts] of found) {
      const partitions = known.get(topic)?.partitions
      // New partitions wait for a restart, as they do with workers: keys would move.
      if (partitions !== undefined && !(facts instanceof Error)) learn(topic, { ...facts, partitions })
    }
    return true
  }

  let looking: Promise<boolean> | undefined
  /** @returns whether the brokers answered */
  const look = (topics: readonly string[]): Promise<boolean> => {
    if (topics.length === 0) return Promise.resolve(true)
    looking ??= withTimeLimit(patienceMs, readLimits(topics))
      .catch((error: unknown) => {
        logger.debug('what the topics take cannot be read', { error: messageOf(error) })
        return false
      })
      .finally(() => {
        looking = undefined
      })
    return looking
  }
  // What may not be read has to be asked for topic by topic: seldom. What was guessed meanwhile is forgotten then.
  let looks = 0
  const timer = setInterval(() => {
    looks += 1
    if (looks % looksUntilGuessed > 0)
      return void look([...known.keys()].filter((topic) => !guessed.has(topic)))
    for (const topic of guessed)
      keep(topic, { partitions: known.get(topic)?.partitions ?? 0, maxBytes: defaultMaxBytes })
    void look([...known.keys()])
  }, lookEveryMs).unref()

  for (const [topic, facts] of seen) learn(topic, facts)
  return {
    factsOf: (topic) => known.get(topic),
    learn,
    explain: async (records) => {
      const [{ topic, bytes } = { topic: '', bytes: 0 }, ...others] = records
      const isRead = (await look([topic])) || guessed.has(topic)
      const facts = known.get(topic)
      const tooLarge = `${bytes} bytes are too large for ${topic}, which takes ${facts?.maxBytes}`
      if (!isRead || others.length > 0 || facts === undefined || bytes > facts.maxBytes)
        return new RetriableError(tooLarge)
      const guess = Math.floor(bytes / 2)
      if (!guessed.has(topic) || guess < minGuessBytes) return new Error(`the brokers say that ${tooLarge}`)
      keep(topic, { ...facts, maxBytes: guess })
      return new RetriableError(tooLarge)
    },
    stop: () => clearInterval(timer),
  }
}
