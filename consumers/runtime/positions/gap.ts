import { UsageError } from '../../../lib/errors.ts'
import type { CommittedOffset, LogEnds } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'

/**
 * The committed offset of the group does not match what the log holds. If the worker continued, records
 * would be lost or repeated without a trace.
 */
export class GapError extends UsageError {
  override readonly name = 'GapError'
}

/** Names in the sentences about a gap. */
export interface GapNames {
  worker: string
  group: string
}

/**
 * Describes the gap between a committed offset and the log, and the command that closes it. Returns undefined
 * where there is no gap.
 *
 * @param end what the partition holds; undefined where the topic does not exist
 * @param missing whether the group has no committed offset at all, or lacks some of them
 */
export const describeGap = (
  commit: CommittedOffset,
  end: LogEnds | undefined,
  { worker, group }: GapNames,
  missing: 'all' | 'some' = 'some',
): string | undefined => {
  if (end === undefined) return undefined
  const { offset, isOutOfRange } = commit
  const { low, high } = end
  const partition = partitionName(commit)
  const topicOption = missing === 'all' ? '' : ` --topic ${commit.topic}`
  const setTo = (place: string) => `\`bridge offsets set ${worker}${topicOption} --to ${place}\``
  const handleAll = `${setTo('beginning')} (handles the records that are still there, from the oldest)`
  const skipAll = `${setTo('end')} (skips them)`
  const remedy = `To continue, run ${handleAll} or ${skipAll}`

  if (missing === 'all')
    return sentences(
      `${group} has no committed offset at all: its offsets expired.`,
      `${remedy}, or give a time after --to`,
    )
  if (isOutOfRange)
    return sentences(
      `${group} was out of range of ${partition}, and its old position is lost:`,
      'records were deleted before they were handled, or the topic lost its newest records.',
      `The partition holds offsets ${low} to ${high}.`,
      remedy,
    )
  if (offset === undefined)
    return sentences(
      `${group} has no committed offset for ${partition}, but has others:`,
      'the partition is new to this group.',
      'To continue, run `bridge setup` (handles the records that are there, from the oldest)',
      `or ${skipAll}`,
    )
  if (offset < low)
    return sentences(
      `${group} must continue at offset ${offset} of ${partition}, but the oldest record there is ${low}:`,
      `${low - offset} were deleted before they were handled.`,
      remedy,
    )
  if (offset > high)
    return sentences(
      `${group} must continue at offset ${offset} of ${partition}, but that ends at ${high}:`,
      'the topic was created anew, or lost its newest records.',
      remedy,
    )
  return undefined
}

const sentences = (...parts: string[]): string => parts.join(' ')
