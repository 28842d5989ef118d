import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { causeOf, isForbidden } from './publish-failure.ts'

/** What the publisher must know about a topic. */
export interface TopicFacts {
  partitions: number
  /** The limit for one record, and for all records of one partition in a request together, in bytes. */
  maxBytes: number
}

/** What the brokers tell about a topic. */
export interface ReadTopicFacts extends Omit<TopicFacts, 'maxBytes'> {
  /** Undefined if they do not let us read it. */
  maxBytes: number | undefined
}

/**
 * Reads the metadata and the size limits of topics.
 *
 * @returns the facts of each topic, or an error if it does not exist, may not be seen, or has a partition
 *   without a leader
 * @throws RetriableError if the brokers do not answer
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

/** One request about several topics. */
type Request = (topics: readonly string[]) => Promise<Map<string, number>>

const readPartitions = (admin: Admin, topics: readonly string[]): Promise<Map<string, number | Error>> => {
  const request: Request = async (names) => {
    const metadata = await admin.fetchTopicMetadata({ topics: [...names] })
    return new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]))
  }
  return requestForEach(topics, request, (error) => ['topic', 'leader'].includes(causeOf(error)))
}

/** The two settings of a topic that limit the size of a request. */
const limitSettings = ['max.message.bytes', 'segment.bytes']

/** @returns nothing if the configurations may not be read */
const readMaxBytes = (admin: Admin, topics: readonly string[]): Promise<Map<string, number | Error>> => {
  const request: Request = async (names) => {
    const resources = names.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: limitSettings,
    }))
    const described = await admin.describeConfigs({ includeSynonyms: false, resources })
    return new Map(
      described.resources.flatMap(({ resourceName, configEntries }): [string, number][] => {
        const values = configEntries
          .filter(({ configName }) => limitSettings.includes(configName))
          .map(({ configValue }) => Number(configValue))
        return values.length === 0 ? [] : [[resourceName, Math.min(...values)]]
      }),
    )
  }
  return requestForEach(topics, request, isForbidden).catch(() => new Map())
}

/**
 * Makes one request about all topics. The client fails it if one topic is at fault; then each topic gets a
 * request of its own, one after the other, on the same connection.
 */
const requestForEach = async (
  topics: readonly string[],
  request: Request,
  isOfOneTopic: (error: unknown) => boolean,
): Promise<Map<string, number | Error>> => {
  if (topics.length === 0) return new Map()
  try {
    return await request(topics)
  } catch (error) {
    if (!isOfOneTopic(error)) throw error
    const answers = new Map<string, number | Error>()
    if (topics.length === 1) return answers.set(topics[0] ?? '', error as Error)
    for (const topic of topics)
      for (const [name, answer] of await requestForEach([topic], request, isOfOneTopic))
        answers.set(name, answer)
    return answers
  }
}
