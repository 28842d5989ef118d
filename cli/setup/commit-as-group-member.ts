import type { Kafka } from 'kafkajs'
import { coPartition } from '../../consumers/runtime/group/assigner.ts'
import type { TopicPartition } from '../../lib/kafka/offsets.ts'

/**
 * Commits offsets for a group that has running members, by joining the group for about one second. From
 * outside a group, brokers accept a commit only while the group is empty. The other members give up their
 * partitions for that time.
 */
export const commitAsGroupMember = async (
  kafka: Kafka,
  group: string,
  offsets: readonly (TopicPartition & { offset: number })[],
): Promise<void> => {
  const consumer = kafka.consumer({
    groupId: group,
    partitionAssigners: [coPartition],
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 100,
  })
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [...new Set(offsets.map(({ topic }) => topic))] })
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined })
    await consumer.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
    )
  } finally {
    await consumer.disconnect()
  }
}
