import { consumers } from '../../consumers/index.ts'
import type { Environment } from '../../lib/config.ts'
import { groupNeeds, requireAccess } from '../../lib/kafka/access.ts'
import { openOffsets, type TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { createKafkaClient } from '../clients.ts'
import { reportMissingTopics, requireTopics } from '../require-topics.ts'
import { findWorker } from '../workers/find-worker.ts'

interface OffsetRow extends TopicPartition {
  group: string
  /** Offset of the next record that the worker handles; null if nothing is committed. */
  committed: number | null
  /** Offset of the oldest record in the partition. */
  low: number
  /** Offset of the next record that will be written to the partition. */
  high: number
}

/**
 * The offsets of one worker, or of all, partition by partition.
 *
 * @throws UsageError if the worker does not exist, or none of the topics
 */
export async function* listOffsets(worker: string | undefined, env: Environment): AsyncGenerator<OffsetRow> {
  const wanted = worker === undefined ? consumers : [findWorker(worker)]
  const { kafka, names } = createKafkaClient(env, 'offsets')
  const topicsOf = ({ name, events }: (typeof wanted)[number]) => [
    ...events.map(names.topic),
    names.retryTopic(name),
  ]
  reportMissingTopics(await requireTopics({ kafka, names }, [...new Set(wanted.flatMap(topicsOf))]))
  await requireAccess(
    kafka,
    groupNeeds(
      'Describe',
      wanted.map(({ name }) => names.group(name)),
    ),
  )
  const offsets = await openOffsets(kafka)
  try {
    for (const consumer of wanted) {
      const group = names.group(consumer.name)
      const topics = topicsOf(consumer)
      const ends = new Map((await offsets.ends(topics)).map((end) => [partitionName(end), end]))
      for (const { topic, partition, offset } of await offsets.committed(group, topics)) {
        const { low = 0, high = 0 } = ends.get(partitionName({ topic, partition })) ?? {}
        yield { group, topic, partition, committed: offset ?? null, low, high }
      }
    }
  } finally {
    await offsets.close()
  }
}

export const offsetText = (row: OffsetRow): string => {
  const committed = row.committed === null ? 'no committed offset' : `committed ${row.committed}`
  return `${row.group}  ${partitionName(row)}  ${committed}, offsets ${row.low} to ${row.high}`
}
