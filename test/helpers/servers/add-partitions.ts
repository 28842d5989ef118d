import assert from 'node:assert/strict'
import type { Admin } from 'kafkajs'
import { eventually } from '../process/eventually.ts'

/**
 * Adds partitions to topics and waits until the broker names them to clients. A client that asks a busy
 * broker a moment earlier sees the old number, and asks again only after minutes.
 *
 * @param count how many partitions each topic has afterwards
 */
export const addPartitions = async (
  admin: Admin,
  topics: readonly string[],
  count: number,
): Promise<void> => {
  await admin.createPartitions({ topicPartitions: topics.map((topic) => ({ topic, count })) })
  await eventually(async () => {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] })
    for (const { name, partitions } of metadata.topics)
      assert.equal(partitions.filter(({ leader }) => leader >= 0).length, count, name)
  })
}
