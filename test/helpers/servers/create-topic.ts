import assert from 'node:assert/strict'
import type { Admin, ITopicConfig } from 'kafkajs'
import { eventually } from '../process/eventually.ts'

/**
 * Creates a topic and waits until all its partitions have leaders. The client's own option `waitForLeaders`
 * is not used: it fails if the broker does not know the new topic yet, which happens on a busy machine.
 */
export const createTopic = async (
  admin: Admin,
  topic: ITopicConfig & { numPartitions: number },
): Promise<void> => {
  await admin.createTopics({ waitForLeaders: false, topics: [topic] })
  await eventually(async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic.topic] })
    const partitions = topics[0]?.partitions ?? []
    assert.equal(partitions.filter(({ leader }) => leader >= 0).length, topic.numPartitions)
  })
}
