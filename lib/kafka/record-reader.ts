import type { Kafka } from 'kafkajs'
import { createKafkajsCluster } from './cluster.ts'
import { fetchOne, type LogMessage } from './fetch-records.ts'
import type { TopicPartition } from './partition-name.ts'

/** Reads single records by topic, partition and offset. */
export interface RecordReader {
  /** The first record at or after the offset that still exists; undefined if there is none. */
  read(place: TopicPartition & { offset: number }): Promise<LogMessage | undefined>
  close(): Promise<void>
}

/** Connects to the brokers. `close` disconnects. */
export const openRecordReader = async (kafka: Kafka): Promise<RecordReader> => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  return {
    read: async ({ topic, partition, offset }) => {
      await cluster.addMultipleTargetTopics([topic])
      await cluster.refreshMetadataIfNecessary()
      return fetchOne(cluster, { topic, partition, next: offset, end: Number.POSITIVE_INFINITY })
    },
    close: () => cluster.disconnect(),
  }
}
