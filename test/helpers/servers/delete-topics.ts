import assert from 'node:assert/strict'
import type { Admin } from 'kafkajs'
import { eventually } from '../process/eventually.ts'

/**
 * Deletes topics and waits until the broker knows it. A busy broker accepts records for a moment longer, and
 * deletes them with the topic.
 */
export const deleteTopics = async (admin: Admin, topics: string[]): Promise<void> => {
  await admin.deleteTopics({ topics })
  await eventually(async () => {
    const left = await admin.listTopics()
    assert.deepEqual(
      topics.filter((topic) => left.includes(topic)),
      [],
    )
  })
}
