import type { KafkajsCluster } from './cluster.ts'
import { leaderOf } from './existing-topics.ts'
import { fetchOne, type LogMessage } from './fetch-records.ts'
import { hasBrokerError } from './has-broker-error.ts'
import type { TopicPartition } from './partition-name.ts'
import { correctLeaders } from './present-leaders.ts'

/**
 * Reads the first record at or after an offset. Where there is none, the other brokers are asked which of
 * them leads the partition: a former leader that does not know it yet has no newer records.
 *
 * @returns undefined if there is none, or if the brokers have deleted the record of the offset
 */
export const readRecord = async (
  cluster: KafkajsCluster,
  { topic, partition, offset }: TopicPartition & { offset: number },
): Promise<LogMessage | undefined> => {
  await cluster.addMultipleTargetTopics([topic])
  await cluster.refreshMetadataIfNecessary()
  const fetch = () =>
    fetchOne(cluster, { topic, partition, next: offset, end: Number.POSITIVE_INFINITY }).catch(
      (error: unknown) => {
        if (!hasBrokerError(error, /^OFFSET_OUT_OF_RANGE$/)) throw error
        return undefined
      },
    )
  const asked = leaderOf(cluster, { topic, partition })
  const found = await fetch()
  if (found !== undefined) return found
  await correctLeaders(cluster, [topic])
  return leaderOf(cluster, { topic, partition }) === asked ? undefined : await fetch()
}
