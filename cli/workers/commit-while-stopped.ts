import { UsageError } from '../../lib/errors.ts'
import { isRefusedForMembers, type Offsets, type TopicPartition } from '../../lib/kafka/offsets.ts'

/**
 * Commits offsets for a worker that is not running.
 *
 * @throws UsageError if the worker is running. The brokers decide this: only they know all members of the
 * group.
 */
export const commitWhileStopped = async (
  offsets: Offsets,
  group: string,
  worker: string,
  wanted: readonly (TopicPartition & { offset: number })[],
): Promise<void> => {
  try {
    await offsets.commit(group, wanted)
  } catch (error) {
    if (!isRefusedForMembers(error)) throw error
    const { count } = await offsets.members(group)
    throw new UsageError(
      `The worker ${worker} is running (members of the group ${group}: ${count}). ` +
        'Stop the worker, then try again.',
    )
  }
}
