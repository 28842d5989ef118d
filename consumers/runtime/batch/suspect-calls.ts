import type { TopicPartition } from '../../../lib/kafka/offsets.ts'
import type { Mutex } from '../../../lib/mutex.ts'
import type { Handle } from '../middleware/chain.ts'
import type { Positions } from '../positions/positions.ts'

// A message that kills the process is found by what an earlier process has committed. The first call in each
// newly assigned partition is announced before it begins. A process that finds such an announcement takes the
// partition as suspect: it handles the batch one message at a time and announces each attempt. Only one
// suspect partition is handled at a time, so that no message is blamed for another one.

/** Commits, before the first call in a newly assigned partition, that a call has begun there. */
export const announceFirstCall =
  (handle: Handle, positions: Positions, place: TopicPartition): Handle =>
  async (messages, context) => {
    if (positions.stateOf(place) === 'new') {
      await context.announceAttempt('begun')
      positions.setState(place, 'begun')
    }
    return await handle(messages, context)
  }

/**
 * Handles one suspect call at a time. Returns no outcomes when the call may not begin any more.
 *
 * @param mutex shared by all suspect partitions
 */
export const handleSuspectCalls =
  (handle: Handle, mutex: Mutex, mayContinue: () => boolean): Handle =>
  (messages, context) =>
    mutex(async () => {
      // The group may have begun to rebalance while this call waited. Another attempt would then delay it.
      await context.heartbeat()
      return mayContinue() ? await handle(messages, context) : []
    })
