import type { Kafka } from 'kafkajs'
import { createKafkajsCluster, type KafkajsCluster } from './cluster.ts'
import { forgetDeletedTopics } from './existing-topics.ts'
import { fetchOne, type LogMessage } from './fetch-records.ts'
import { hasBrokerError } from './has-broker-error.ts'
import type { TopicPartition } from './partition-name.ts'
import { correctLeaders } from './present-leaders.ts'

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
        return await readOne(cluster, place)
      } catch (error) {
        if ((error as { type?: unknown }).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
        // A topic that was read before may have been deleted, and makes every request fail.
        const known = await forgetDeletedTopics(cluster)
        return known.has(place.topic) ? await readOne(cluster, place) : undefined
      }
    },
    close: () => cluster.disconnect(),
  }
}

const readOne = async (
  cluster: KafkajsCluster,
  { topic, partition, offset }: TopicPartition & { offset: number },
): Promise<LogMessage | undefined> => {
  await cluster.addMultipleTargetTopics([topic])
  await cluster.refreshMetadataIfNecessary()
  const fetch = () => fetchOne(cluster, { topic, partition, next: offset, end: Number.POSITIVE_INFINITY })
  const found = await fetch().catch((error: unknown) => {
    if (!hasBrokerError(error, /^OFFSET_OUT_OF_RANGE$/)) throw error
    return undefined
  })
  if (found !== undefined) return found
  // A former leader that does not know it yet has no newer records.
  await correctLeaders(cluster, [topic])
  return fetch()
}
