import { isMissing, isNewAndEmpty, type Offsets, type TopicPartition } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { describeGap, GapError, type GapNames } from './gap.ts'
import { type Position, startingPosition } from './position.ts'

/**
 * Reads where the group continues in every partition of the topics.
 *
 * @returns the position of each partition, by its name
 * @throws GapError when the committed offset of a partition does not match its log
 */
export const readPositions = async (
  offsets: Offsets,
  names: GapNames,
  topics: readonly string[],
): Promise<Map<string, Position>> => {
  const [committed, ends] = await Promise.all([offsets.committed(names.group, topics), offsets.ends(topics)])
  const endOf = new Map(ends.map((end) => [partitionName(end), end]))
  // Brokers forget all offsets of a group at the same time.
  const missing = committed.every(isMissing) ? 'all' : 'some'
  const positions = new Map<string, Position>()
  for (const commit of committed) {
    const name = partitionName(commit)
    const end = endOf.get(name)
    const isBegun = missing === 'some' && isNewAndEmpty(commit, end?.high)
    const gap = isBegun ? undefined : describeGap(commit, end, names, missing)
    if (gap !== undefined) throw new GapError(gap)
    positions.set(name, startingPosition(commit))
  }
  return positions
}

/**
 * Checks that no record was lost between the expected offset and the first offset that was fetched. The
 * offsets between them may be missing without a loss: compaction and transactions leave holes in a log. Only
 * the brokers know whether records were deleted.
 *
 * A fetched offset before the expected one has two causes. A former leader answered a fetch late, which is
 * harmless. Or the client reset its offset because it was out of range; in this case it has committed -2.
 *
 * @throws GapError when records were lost
 */
export const checkHole = async (
  offsets: Offsets,
  names: GapNames,
  place: TopicPartition,
  expected: number,
  fetched: number,
): Promise<void> => {
  const isThisPartition = ({ partition }: TopicPartition) => partition === place.partition
  const [ends, committed] = await Promise.all([
    offsets.ends([place.topic]),
    offsets.committed(names.group, [place.topic]),
  ])
  const isOutOfRange = fetched < expected && committed.find(isThisPartition)?.isOutOfRange
  const commit = { ...place, offset: expected, metadata: '', ...(isOutOfRange && { isOutOfRange }) }
  const gap = describeGap(commit, ends.find(isThisPartition), names)
  if (gap !== undefined) throw new GapError(gap)
}
