import type { Kafka } from 'kafkajs'
import { createKafkajsCluster } from './cluster.ts'
import { forgetDeletedTopics } from './existing-topics.ts'
import type { LogMessage } from './fetch-records.ts'
import type { TopicPartition } from './partition-name.ts'
import { readRecord } from './read-record.ts'

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
    read: async (place) => {
      try {
        return await readRecord(cluster, place)
      } catch (error) {
        if ((error as { type?: unknown }).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
        // A topic that was read before may have been deleted, and makes every request fail.
        const known = await forgetDeletedTopics(cluster, [place.topic])
        return known.has(place.topic) ? await readRecord(cluster, place) : undefined
      }
    },
    close: () => cluster.disconnect(),
  }
}
