import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { causeOf, isForbidden } from './sender.ts'

/** What the publisher must know of a topic. */
export interface TopicFacts {
  partitions: number
  /** The most one record, or all of a request's records for one partition together, may take. */
  maxBytes: number
}

/** What the brokers tell of a topic. */
export interface ReadTopicFacts extends Omit<TopicFacts, 'maxBytes'> {
  /** Undefined where they do not let us read it. */
  maxBytes: number | undefined
}

/**
 * Reads what is to be known of topics.
 *
 * @returns of a topic that does not exist, may not be seen or has a partition without a leader: why there are no facts
 * @throws RetriableError where the brokers do not answer
 */
export const readTopicFacts = async (
  kafka: Kafka,
  topics: readonly string[],
): Promise<Map<string, ReadTopicFacts | Error>> => {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const partitions = await readPartitions(admin, topics)
    const seen = topics.filter((topic) => typeof partitions.get(topic) === 'number')
    const maxBytes = await readMaxBytes(admin, seen)
    const factsOf = (topic: string, count: number): ReadTopicFacts => {
      const bytes = maxBytes.get(topic)
      return { partitions: count, maxBytes: typeof bytes === 'number' ? bytes : undefined }
    }
    return new Map(
      [...partitions].map(([topic, count]) => [
        topic,
        count instanceof Error ? count : factsOf(topic, count),
      ]),
    )
  } catch (error) {
    throw new RetriableError(`Kafka: ${messageOf(error)}`, { cause: error })
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

type Ask = (topics: readonly string[]) => Promise<Map<string, number>>

const readPartitions = (admin: Admin, topics: readonly string[]): Promise<Map<string, number | Error>> => {
  const ask: Ask = async (names) => {
    const metadata = await admin.fetchTopicMetadata({ topics: [...names] })
    return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))
  }
  return askAbout(topics, ask, (error) => ['topic', 'leader'].includes(causeOf(error)))
}

/** Two of a topic's settings bound what is written to it at a time. */
const limits = ['max.message.bytes', 'segment.bytes']

/** Nothing where configurations may not be read, or where a topic of anybody has no leader: the client wants to know all of them first. */
const readMaxBytes = (admin: Admin, topics: readonly string[]): Promise<Map<string, number | Error>> => {
  const ask: Ask = async (names) => {
    const resources = names.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: limits,
    }))
    const described = await admin.describeConfigs({ includeSynonyms: false, resources })
    return new Map(
      described.resources.flatMap(({ resourceName, configEntries }): [string, number][] => {
        const values = configEntries
          .filter(({ configName }) => limits.includes(configName))
          .map(({ configValue }) => Number(configValue))
        return values.length === 0 ? [] : [[resourceName, Math.min(...values)]]
      }),
    )
  }
  return askAbout(topics, ask, isForbidden).catch(() => new Map())
}

/** The client fails a question about several topics for one of them. Then it is asked about them one by one: by turns, on the connection it has. */
const askAbout = async (
  topics: readonly string[],
  ask: Ask,
  isOfOneTopic: (error: unknown) => boolean,
): Promise<Map<string, number | Error>> => {
  if (topics.length === 0) return new Map()
  try {
    return await ask(topics)
  } catch (error) {
    if (!isOfOneTopic(error)) throw error
    const answers = new Map<string, number | Error>()
    if (topics.length === 1) return answers.set(topics[0] ?? '', error as Error)
    for (const topic of topics)
      for (const [name, answer] of await askAbout([topic], ask, isOfOneTopic)) answers.set(name, answer)
    return answers
  }
}
