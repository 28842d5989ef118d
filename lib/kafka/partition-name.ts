export interface TopicPartition {
  topic: string
  partition: number
}

/**
 * One partition of one topic, as text: `gitlab.push/3`. It serves as a key of maps and names the partition in
 * log lines.
 */
export const partitionName = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`
