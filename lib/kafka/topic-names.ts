import type { Kafka } from 'kafkajs'
import { createKafkajsCluster } from './cluster.ts'
import { readTopicNames } from './existing-topics.ts'

/** The names of all topics of the cluster that this client may see. */
export const listTopicNames = async (kafka: Kafka): Promise<Set<string>> => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  return readTopicNames(cluster).finally(() => cluster.disconnect())
}
