import type { Kafka } from 'kafkajs'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'

const helpPage = 'See docs/runbooks/partitions-differ.md.'

/**
 * Chooses how many partitions new topics get: as many as most of the existing ones have, whatever the
 * settings say. The same projects are in partition n of every topic only if all topics have the same number
 * of partitions. Existing topics that differ are named in a warning and stay as they are: more partitions
 * would move projects to other partitions, and the order of their events would be lost.
 *
 * @param topics all topics that must have the same number of partitions, whether they exist or not
 * @throws RetriableError if Kafka cannot list its topics
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
      `${usual.names.length} topics have ${usual.partitions} partitions, but ${different.join(', ')}. ` +
        'Different processes of a worker handle the events of one project, ' +
        'so their order may change between topics. ' +
        helpPage,
    )
  }
  if (usual.partitions !== wanted)
    logger.warn(
      `KAFKA_TOPIC_PARTITIONS is ${wanted}, but the existing topics have ${usual.partitions} partitions. ` +
        `They keep them, and new topics get the same number. ` +
        `Set KAFKA_TOPIC_PARTITIONS to ${usual.partitions}. ${helpPage}`,
    )
  return usual.partitions
}

/**
 * The existing topics, grouped by their number of partitions. The number that most topics have is first. If
 * two numbers are equally frequent, the larger one is first, because Kafka can add partitions but not remove
 * them.
 */
const groupByPartitions = async (
  kafka: Kafka,
  wanted: ReadonlySet<string>,
): Promise<{ partitions: number; names: string[] }[]> => {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata()
    const existing = topics.filter(({ name }) => wanted.has(name))
    return [...Map.groupBy(existing, ({ partitions }) => partitions.length)]
      .map(([partitions, group]) => ({ partitions, names: group.map(({ name }) => name).sort() }))
      .sort((one, other) => other.names.length - one.names.length || other.partitions - one.partitions)
  } catch (error) {
    throw new RetriableError(`The topics could not be listed: ${messageOf(error)}`, { cause: error })
  } finally {
    await admin.disconnect()
  }
}
