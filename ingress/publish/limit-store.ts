import type { Logger } from '../../lib/logger.ts'
import type { ReadTopicFacts, TopicFacts } from './topic-metadata.ts'

/** The facts of the topics as they were read last. A limit that cannot be read is guessed. */
export interface LimitStore {
  /** Undefined if the topic was never seen. */
  factsOf(topic: string): TopicFacts | undefined
  topics(): string[]
  update(topic: string, facts: ReadTopicFacts): void
  /** Whether the brokers did not tell the limit of the topic when it was last read. */
  isGuessed(topic: string): boolean
  /** Lowers a guessed limit. */
  guess(topic: string, maxBytes: number): void
  /** Sets the guessed limits to the default of Kafka again. */
  forgetGuesses(): void
}

/** Kafka's own default. It is assumed if the cluster does not let us read the limit of a topic. */
const defaultMaxBytes = 1024 * 1024

export const createLimitStore = (logger: Logger): LimitStore => {
  const known = new Map<string, TopicFacts>()
  const guessed = new Set<string>()

  const store = (topic: string, facts: TopicFacts) => {
    const before = known.get(topic)?.maxBytes
    known.set(topic, facts)
    if (before === undefined || before === facts.maxBytes) return
    logger.info('the size limit of a topic has changed', { topic, max_bytes: facts.maxBytes, before })
  }

  const guess = (topic: string, maxBytes: number) => {
    const facts = known.get(topic)
    if (facts !== undefined) store(topic, { ...facts, maxBytes })
  }

  return {
    factsOf: (topic) => known.get(topic),
    topics: () => [...known.keys()],
    update: (topic, { partitions, maxBytes }) => {
      if (maxBytes === undefined) guessed.add(topic)
      else guessed.delete(topic)
      store(topic, { partitions, maxBytes: maxBytes ?? known.get(topic)?.maxBytes ?? defaultMaxBytes })
    },
    isGuessed: (topic) => guessed.has(topic),
    guess,
    forgetGuesses: () => {
      for (const topic of guessed) guess(topic, defaultMaxBytes)
    },
  }
}
