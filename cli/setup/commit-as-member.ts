import type { Kafka } from 'kafkajs'
import { coPartition } from '../../consumers/runtime/group/assigner.ts'
import type { TopicPartition } from '../../lib/kafka/offsets.ts'

/**
 * Commits offsets for a group that has members, by joining it for a moment: from outside brokers take commits for an empty group
 * only. The members hand over their partitions for about a second.
 */
export const commitAsMember = async (
  kafka: Kafka,
  group: string,
  offsets: readonly (TopicPartition & { offset: number })[],
): Promise<void> => {
  const member = kafka.consumer({
    groupId: group,
    partitionAssigners: [coPartition],
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
  })
  await member.connect()
  try {
    await member.subscribe({ topics: [...new Set(offsets.map(({ topic }) => topic))] })
    await member.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined })
    await member.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
    )
  } finally {
    await member.disconnect()
  }
}
