import type { Kafka } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { isMissing, type Offsets, openOffsets, type TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'
import { commitAsMember } from './commit-as-member.ts'

/**
 * Commits the oldest offset for every partition that a worker has never heard of, so that later a missing offset can only mean that
 * it expired. Brokers forget all offsets of a group at once, a while after its last member left; hence a group that has others, or
 * whose retry topic does not exist yet, has not lost any. What is lost stays lost: the worker stops there until somebody decides.
 *
 * @returns in partitions
 */
export const commitFirstOffsets = async (
  kafka: Kafka,
  names: Names,
  workers: readonly Consumer[],
  logger: Logger,
): Promise<{ committed: number; lost: number }> => {
  const offsets = await openOffsets(kafka)
  const sum = { committed: 0, lost: 0 }
  try {
    for (const { name, events } of workers) {
      const [group, retryTopic] = [names.group(name), names.retryTopic(name)]
      const committed = await offsets.committed(group, [...events.map(names.topic), retryTopic])
      const outOfRange = committed.filter(({ isOutOfRange }) => isOutOfRange)
      const missing = committed.filter(isMissing)
      const isNew = missing.length < committed.length || !committed.some(({ topic }) => topic === retryTopic)
      if (outOfRange.length > 0) {
        const partitions = outOfRange.map(partitionName).join(', ')
        logger.warn('offsets of this group were out of range: its worker stops until `bridge offsets set`', {
          group,
          partitions,
        })
        sum.lost += outOfRange.length
      }
      if (!isNew) {
        logger.warn('the offsets of this group have expired: its worker stops until `bridge offsets set`', {
          group,
        })
        sum.lost += missing.length
      } else if (missing.length > 0) {
        await commitOldest(kafka, offsets, group, missing)
        sum.committed += missing.length
      }
    }
    return sum
  } catch (error) {
    throw new RetriableError(`first offsets could not be committed: ${messageOf(error)}`, { cause: error })
  } finally {
    await offsets.close()
  }
}

const commitOldest = async (
  kafka: Kafka,
  offsets: Offsets,
  group: string,
  missing: readonly TopicPartition[],
) => {
  const names = new Set(missing.map(partitionName))
  const ends = await offsets.ends([...new Set(missing.map(({ topic }) => topic))])
  const oldest = ends
    .filter((end) => names.has(partitionName(end)))
    .map(({ topic, partition, low }) => ({ topic, partition, offset: low }))
  try {
    await offsets.commit(group, oldest)
  } catch (error) {
    // An upgrade that brings a new topic while the old workers still run.
    if ((error as { type?: unknown }).type !== 'UNKNOWN_MEMBER_ID') throw error
    await commitAsMember(kafka, group, oldest)
  }
}
