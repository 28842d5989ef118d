import { UsageError } from '../../lib/errors.ts'
import type { Offsets, TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Place } from './parse-place.ts'

/**
 * The offset that a place means in each selected partition.
 *
 * @throws UsageError if a partition does not hold the offset that the user named
 */
export const targetsOf = async (
  offsets: Offsets,
  topics: readonly string[],
  place: Place,
  isSelected: (partition: TopicPartition) => boolean,
): Promise<(TopicPartition & { offset: number })[]> => {
  if (place.kind === 'time') return (await offsets.at(topics, place.time)).filter(isSelected)
  const ends = (await offsets.ends(topics)).filter(isSelected)
  return ends.map(({ topic, partition, low, high }) => {
    if (place.kind === 'beginning') return { topic, partition, offset: low }
    if (place.kind === 'end') return { topic, partition, offset: high }
    const { offset } = place
    if (offset >= low && offset <= high) return { topic, partition, offset }
    throw new UsageError(
      `--to: ${partitionName({ topic, partition })} holds offsets ${low} to ${high}, not ${offset}. ` +
        'Use an offset that it holds, or select another partition with --topic and --partition.',
    )
  })
}
