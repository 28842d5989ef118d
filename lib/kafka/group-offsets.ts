import type { KafkajsCluster } from './cluster.ts'
import { partitionsOf } from './existing-topics.ts'
import type { PartitionOffset } from './log-ends.ts'
import type { TopicPartition } from './partition-name.ts'
import { retryTransient } from './retry-transient.ts'

/** The offset that a group has committed for a partition. */
export interface CommittedOffset extends TopicPartition {
  /** The offset of the next record to handle. Undefined if nothing is committed, or not any more. */
  offset: number | undefined
  /**
   * An offset was committed, but it lies outside the log. A kafkajs consumer that meets such an offset
   * commits -2 instead of it.
   */
  isOutOfRange?: true
  /** The text that was committed with the offset; empty if there was none. */
  metadata: string
}

/** Whether the group has never committed an offset for the partition, or its commit has expired. */
export const isMissing = ({ offset, isOutOfRange }: CommittedOffset): boolean =>
  offset === undefined && !isOutOfRange

/**
 * Whether a group that has other offsets begins at the start of this partition without a committed offset: it
 * is new, and no record was ever written to it.
 *
 * @param high the end of the partition
 */
export const isNewAndEmpty = (commit: CommittedOffset, high: number | undefined): boolean =>
  isMissing(commit) && high === 0

/** The brokers refuse a commit from outside a group while the group has members. */
export const isRefusedForMembers = (error: unknown): boolean =>
  (error as { type?: unknown }).type === 'UNKNOWN_MEMBER_ID'

export const readCommitted = async (
  cluster: KafkajsCluster,
  group: string,
  topics: readonly string[],
): Promise<CommittedOffset[]> => {
  const partitionsByTopic = await partitionsOf(cluster, topics)
  const request = {
    groupId: group,
    topics: [...partitionsByTopic].map(([topic, partitions]) => ({ topic, partitions })),
  }
  const { responses } = await retryTransient(cluster, async () => {
    const coordinator = await cluster.findGroupCoordinator({ groupId: group })
    return coordinator.offsetFetch(request)
  })
  return responses.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset, metadata }) => ({
      topic,
      partition,
      offset: Number(offset) < 0 ? undefined : Number(offset),
      ...(Number(offset) === -2 && { isOutOfRange: true as const }),
      metadata: metadata ?? '',
    })),
  )
}

export const commitOffsets = async (
  cluster: KafkajsCluster,
  group: string,
  offsets: readonly PartitionOffset[],
): Promise<void> => {
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, partitions]) => ({
    topic,
    partitions: partitions.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
  }))
  if (topics.length === 0) return
  // Without a generation and a member, the brokers accept a commit from outside, but only while the group is
  // empty.
  const request = { groupId: group, groupGenerationId: -1, memberId: '', topics }
  await retryTransient(cluster, async () => {
    const coordinator = await cluster.findGroupCoordinator({ groupId: group })
    return coordinator.offsetCommit(request)
  })
}

/** The members of a consumer group. */
export interface GroupMembers {
  /** How many there are now. */
  count: number
  /**
   * Whether there is or was any. The brokers forget it when they delete the group: on request, or when all
   * its offsets have expired. Offsets that were committed from outside do not count as a member.
   */
  everJoined: boolean
}

export const readMembers = async (cluster: KafkajsCluster, group: string): Promise<GroupMembers> => {
  const { groups } = await retryTransient(cluster, async () => {
    const coordinator = await cluster.findGroupCoordinator({ groupId: group })
    return coordinator.describeGroups({ groupIds: [group] })
  })
  // The first member gives the group its protocol type, which stays when the last member has left.
  return { count: groups[0]?.members.length ?? 0, everJoined: Boolean(groups[0]?.protocolType) }
}
