import type { CommittedOffset } from '../../../lib/kafka/offsets.ts'
import { type Attempts, parseAttempts } from './attempts.ts'

/**
 * What is known about a partition since it was assigned to this member.
 *
 * `new`: no call has begun in it. `suspect`: an earlier process began a call there and did not end it, or
 * left failed attempts, so a message may have killed that process. `begun`: a call has begun, and this is
 * committed, so that the next process knows it.
 */
export type PartitionState = 'new' | 'suspect' | 'begun'

/** Where this member continues in one partition. */
export interface Position extends Attempts {
  /** The offset of the next message to handle. */
  next: number
  state: PartitionState
}

/**
 * The position from which a process continues after its start. The first attempt without a known end is
 * forgiven, because the process may have been stopped from outside. The message is tried once more before
 * such attempts count as failed.
 */
export const startingPosition = ({
  offset,
  metadata,
}: Pick<CommittedOffset, 'offset' | 'metadata'>): Position => {
  const { failed, begun } = parseAttempts(metadata)
  return {
    next: offset ?? 0,
    failed: failed + Math.max(begun - 1, 0),
    begun: Math.min(begun, 1),
    state: failed + begun > 0 ? 'suspect' : 'new',
  }
}
