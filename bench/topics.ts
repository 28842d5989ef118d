import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { createNames } from '../schemas/topics.ts'

/** The topics of the other receivers. They have as many partitions and allow as large records as ours. */
const peerTopics = ['bench.express', 'bench.flask']

export const partitions = 6

const configEntries = [
  { name: 'max.message.bytes', value: String(32 * 1024 * 1024) },
  // The default of a minute would keep the records of several rounds on the disk.
  { name: 'file.delete.delay.ms', value: '1000' },
]

export interface BenchTopics {
  /** Deletes all published records, so that the disk holds the records of one round at most. */
  empty(): Promise<void>
  close(): Promise<void>
}

/**
 * Creates the topics of the other receivers and gives all topics of the benchmark the same limits.
 *
 * @param prefixes the topic prefixes of the ingresses that are measured
 */
export const openTopics = async (kafka: Kafka, prefixes: readonly string[]): Promise<BenchTopics> => {
  const topics = [...peerTopics, ...prefixes.map((prefix) => createNames(prefix).topic('push'))]
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: peerTopics.map((topic) => ({ topic, numPartitions: partitions })) })
  await admin.alterConfigs({
    validateOnly: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries })),
  })
  return {
    empty: async () => {
      for (const topic of topics) await emptyTopic(admin, topic)
    },
    close: () => admin.disconnect(),
  }
}

const emptyTopic = async (admin: Admin, topic: string): Promise<void> => {
  const offsets = await admin.fetchTopicOffsets(topic)
  await admin.deleteTopicRecords({
    topic,
    partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
  })
}
