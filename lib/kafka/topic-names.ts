import type { Kafka } from 'kafkajs'
import { createKafkajsCluster } from './cluster.ts'
import { describeTopics } from './describe-topics.ts'

/**
 * The names of the topics that exist and that this client may see. The answer about all of a large cluster
 * takes long.
 */
export const listTopicNames = async (kafka: Kafka, topics: readonly string[] | 'all'): Promise<string[]> => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  const described = await describeTopics(cluster, topics).finally(() => cluster.disconnect())
  return [...described.keys()]
}
