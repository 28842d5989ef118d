import type { Kafka } from 'kafkajs'
import { createKafkajsCluster } from './cluster.ts'
import { describeCluster } from './describe-topics.ts'
import { existingTopics } from './existing-topics.ts'
import {
  type CommittedOffset,
  commitOffsets,
  type GroupMembers,
  readCommitted,
  readMembers,
} from './group-offsets.ts'
import { type LogEnds, type PartitionOffset, readEnds, readOffsetsAt } from './log-ends.ts'
import { reachBroker } from './reach-broker.ts'
import { readTopicIds } from './topic-ids.ts'

export { type CommittedOffset, isMissing, isNewAndEmpty, isRefusedForMembers } from './group-offsets.ts'
export type { LogEnds, PartitionOffset } from './log-ends.ts'
export type { TopicPartition } from './partition-name.ts'

/**
 * Reads and sets offsets of logs and groups without joining the group. Topics that do not exist are left out
 * of the results.
 */
export interface Offsets {
  ends(topics: readonly string[]): Promise<LogEnds[]>
  /**
   * The offset of the first record at or after a time (milliseconds since 1970); the end if there is none.
   */
  at(topics: readonly string[], time: number): Promise<PartitionOffset[]>
  committed(group: string, topics: readonly string[]): Promise<CommittedOffset[]>
  /**
   * @throws Error of type UNKNOWN_MEMBER_ID while the group has members, because the brokers refuse it then
   */
  commit(group: string, offsets: readonly PartitionOffset[]): Promise<void>
  /** Selects the topics that exist. */
  existing(topics: readonly string[]): Promise<string[]>
  /** The ids of the topics that exist, by name. `noTopicId` where the brokers have none. */
  topicIds(topics: readonly string[]): Promise<Map<string, string>>
  /** The id of the cluster; an empty text where the brokers do not say it. */
  clusterId(): Promise<string>
  /** Resolves when any broker answers. */
  reach(): Promise<void>
  members(group: string): Promise<GroupMembers>
  close(): Promise<void>
}

/** Connects to the brokers. `close` disconnects. */
export const openOffsets = async (kafka: Kafka): Promise<Offsets> => {
  const cluster = createKafkajsCluster(kafka)
  await cluster.connect()
  return {
    ends: (topics) => readEnds(cluster, topics),
    at: (topics, time) => readOffsetsAt(cluster, topics, time),
    committed: (group, topics) => readCommitted(cluster, group, topics),
    commit: (group, offsets) => commitOffsets(cluster, group, offsets),
    existing: (topics) => existingTopics(cluster, topics),
    topicIds: (topics) => readTopicIds(cluster, topics),
    clusterId: async () => (await describeCluster(cluster)).clusterId,
    reach: () => reachBroker(cluster),
    members: (group) => readMembers(cluster, group),
    close: () => cluster.disconnect(),
  }
}
