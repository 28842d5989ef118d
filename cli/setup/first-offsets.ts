import type { Kafka } from 'kafkajs'
import type { Consumer } from '../../consumers/consumer.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import {
  type CommittedOffset,
  isMissing,
  type Offsets,
  openOffsets,
  type TopicPartition,
} from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'
import { isRefusedForMembers } from '../workers/commit-while-stopped.ts'
import { commitAsGroupMember } from './commit-as-group-member.ts'

/** Numbers of partitions. */
interface Result {
  committed: number
  /** Partitions whose offset has expired or is out of range. */
  lost: number
}

/**
 * Commits the oldest offset for each partition that is new to a worker. Later, a missing offset can then only
 * mean that the offset has expired. Such a lost offset stays lost: the worker stops there until an operator
 * runs `bridge offsets set`.
 *
 * Brokers delete all offsets of a group at once, some time after its last member has left. So a missing
 * offset is new, not expired, if the group has other offsets or if the retry topic of the worker does not
 * exist yet.
 *
 * @throws RetriableError
 */
export const commitFirstOffsets = async (
  kafka: Kafka,
  names: Names,
  workers: readonly Consumer[],
  logger: Logger,
): Promise<Result> => {
  const offsets = await openOffsets(kafka)
  const sum = { committed: 0, lost: 0 }
  try {
    for (const { name, events } of workers) {
      const [group, retryTopic] = [names.group(name), names.retryTopic(name)]
      const state = stateOf(
        await offsets.committed(group, [...events.map(names.topic), retryTopic]),
        retryTopic,
      )
      warnOfLost(group, state, logger)
      if (state.missing.length > 0) await commitOldest(kafka, offsets, group, state.missing)
      sum.committed += state.missing.length
      sum.lost += state.outOfRange.length + state.expired.length
    }
    return sum
  } catch (error) {
    throw new RetriableError(`The first offsets could not be committed: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await offsets.close()
  }
}

/** The partitions of a group that need attention. */
interface GroupState {
  /** New to the worker. */
  missing: readonly TopicPartition[]
  expired: readonly TopicPartition[]
  outOfRange: readonly TopicPartition[]
}

const stateOf = (committed: readonly CommittedOffset[], retryTopic: string): GroupState => {
  const outOfRange = committed.filter(({ isOutOfRange }) => isOutOfRange)
  const missing = committed.filter(isMissing)
  const hasOtherOffsets = missing.length < committed.length
  const hasRetryTopic = committed.some(({ topic }) => topic === retryTopic)
  const isNew = hasOtherOffsets || !hasRetryTopic
  return isNew ? { missing, expired: [], outOfRange } : { missing: [], expired: missing, outOfRange }
}

const warnOfLost = (group: string, { outOfRange, expired }: GroupState, logger: Logger) => {
  if (outOfRange.length > 0)
    logger.warn('offsets of a group are out of range: the worker stops until you run `bridge offsets set`', {
      group,
      partitions: outOfRange.map(partitionName).join(', '),
    })
  if (expired.length > 0)
    logger.warn('the offsets of a group have expired: the worker stops until you run `bridge offsets set`', {
      group,
    })
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
    if (!isRefusedForMembers(error)) throw error
    // An upgrade brought a new topic while the old version of the worker is still running.
    await commitAsGroupMember(kafka, group, oldest)
  }
}
