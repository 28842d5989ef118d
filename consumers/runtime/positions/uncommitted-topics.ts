import { isMissing, isNewAndEmpty, type Offsets } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'

/**
 * Selects the topics in which the group has no committed offset for a partition with records, although it has
 * others: these partitions are new to the group. `bridge setup` commits their first offsets.
 */
export const selectUncommitted = async (
  offsets: Pick<Offsets, 'committed' | 'ends'>,
  group: string,
  topics: readonly string[],
): Promise<string[]> => {
  const [committed, ends] = await Promise.all([offsets.committed(group, topics), offsets.ends(topics)])
  // A group without any offset has lost them, or was never set up. That is for an operator to decide.
  if (committed.every(isMissing)) return []
  const highOf = new Map(ends.map((end) => [partitionName(end), end.high]))
  const found = committed.filter(
    (commit) => isMissing(commit) && !isNewAndEmpty(commit, highOf.get(partitionName(commit))),
  )
  return [...new Set(found.map(({ topic }) => topic))]
}
