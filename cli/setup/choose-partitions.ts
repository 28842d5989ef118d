import type { Kafka } from 'kafkajs'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

/**
 * How many partitions new topics get: as many as those that exist, whatever is wanted. Only then does partition n of every topic hold
 * the same projects. What does not fit is said and left as it is: more partitions would move keys, and their order with them.
 *
 * @param topics those that are to be alike, whether they exist or not
 */
export const choosePartitions = async (
  kafka: Kafka,
  wanted: number,
  topics: readonly string[],
  logger: Logger,
): Promise<number> => {
  const [usual, ...others] = await groupByPartitions(kafka, new Set(topics))
  if (usual === undefined) return wanted
  if (others.length > 0) {
    const different = others.flatMap(({ partitions, names }) =>
      names.map((name) => `${name} has ${partitions}`),
    )
    logger.warn(
      `${usual.names.length} topics have ${usual.partitions} partitions, but ${different.join(', ')}: of one project, these events go to other processes than those, so workers may meet them in another order. ${remedy}`,
    )
  }
  if (usual.partitions !== wanted)
    logger.warn(
      `KAFKA_TOPIC_PARTITIONS is ${wanted}, but the topics that exist have ${usual.partitions}: they keep them, and new ones get as many. Set it to ${usual.partitions}. ${remedy}`,
    )
  return usual.partitions
}

const remedy = 'How to get more partitions: docs/runbooks/partitions-differ.md'

/** The number that most topics have first; of two as frequent ones the larger, since partitions can only be added. */
const groupByPartitions = async (
  kafka: Kafka,
  meant: ReadonlySet<string>,
): Promise<{ partitions: number; names: string[] }[]> => {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata()
    const existing = topics.filter(({ name }) => meant.has(name))
    return [...Map.groupBy(existing, ({ partitions }) => partitions.length)]
      .map(([partitions, of]) => ({ partitions, names: of.map(({ name }) => name).sort() }))
      .sort((one, other) => other.names.length - one.names.length || other.partitions - one.partitions)
  } catch (error) {
    throw new RetriableError(`topics could not be looked at: ${messageOf(error)}`, { cause: error })
  } finally {
    await admin.disconnect()
  }
}
