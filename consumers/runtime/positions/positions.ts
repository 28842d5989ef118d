import { UsageError } from '../../../lib/errors.ts'
import {
  type CommittedOffset,
  isMissing,
  type LogEnds,
  type Offsets,
  type TopicPartition,
} from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import type { Assignment } from '../group/group-member.ts'
import type { Progress } from '../watchdog/stall-detector.ts'

/**
 * What is known of a partition since it was given to this member. `new`: nothing of it has been begun. `suspect`: whoever began there
 * before did not come back, or left failed attempts; it may have died of a message. `begun`: the next process will know that this one has.
 */
export type Standing = 'new' | 'suspect' | 'begun'

/** What travels with a committed offset: attempts at the message there that failed, and that began without anything known of their end. */
interface Attempts {
  failed: number
  begun: number
}

/** Where this member goes on in each of its partitions, and how often the message there has failed. */
export interface Positions {
  /**
   * Reads anew what the group has committed. Called at every join, before anything is fetched.
   * @throws GapError
   */
  load(assignment: Assignment): Promise<void>
  /**
   * Looks at every partition of the topics. Called before the client starts: where an offset is out of range it would set another
   * one, with no more than a line in the log (https://github.com/tulios/kafkajs/blob/v2.2.4/src/consumer/consumerGroup.js).
   * @throws GapError
   */
  check(topics: readonly string[]): Promise<void>
  /**
   * Resolves when handling may go on with `first`, the offset of the next message of a batch.
   * @throws GapError when records between the last one handled and this one are lost, or were never this group's
   */
  verify(place: TopicPartition, first: number): Promise<void>
  /** Everything before `next` is done with. */
  advance(place: TopicPartition, next: number): void
  failuresAt(place: TopicPartition, offset: number): number
  setFailures(place: TopicPartition, offset: number, failures: number): void
  /** The metadata by which the next process learns of one more attempt at the message with this offset, whose end it does not know. */
  begunMetadata(place: TopicPartition, offset: number): string
  standing(place: TopicPartition): Standing
  setStanding(place: TopicPartition, standing: Standing): void
  /** Partition → the next offset to handle, and how often the message there has failed. */
  current(): ReadonlyMap<string, Progress>
}

/** What the group committed and what the log holds do not fit together; going on would lose or repeat records silently. */
export class GapError extends UsageError {
  override readonly name = 'GapError'
}

interface Position extends Attempts {
  next: number
  standing: Standing
}

export const createPositions = (offsets: Offsets, group: string, worker: string): Positions => {
  let loaded: Promise<Map<string, Position>> = Promise.resolve(new Map())
  let positions = new Map<string, Position>()

  const read = async (topics: readonly string[]) => {
    const [committed, ends] = await Promise.all([offsets.committed(group, topics), offsets.ends(topics)])
    const endOf = new Map(ends.map((end) => [partitionName(end), end]))
    const fresh = new Map<string, Position>()
    // Brokers forget all offsets of a group together.
    const missing = committed.every(isMissing) ? 'all' : 'some'
    for (const commit of committed) {
      const name = partitionName(commit)
      const gap = gapOf(commit, endOf.get(name), worker, group, missing)
      if (gap !== undefined) throw new GapError(gap)
      const { failed, begun } = attemptsIn(commit.metadata)
      // One that did not come back may have been stopped from outside: it is tried once more before it counts as failed.
      const position = {
        next: commit.offset ?? 0,
        failed: failed + Math.max(begun - 1, 0),
        begun: Math.min(begun, 1),
      }
      fresh.set(name, { ...position, standing: begun + failed > 0 ? 'suspect' : 'new' })
    }
    return fresh
  }

  const readAssigned = async (assignment: Assignment) => {
    const fresh = await read(Object.keys(assignment))
    const mine = new Set(
      Object.entries(assignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => partitionName({ topic, partition })),
      ),
    )
    positions = new Map([...fresh].filter(([name]) => mine.has(name)))
    return positions
  }

  /** Of another message than the one it stood at, nothing is known. */
  const move = (place: TopicPartition, next: number, failed: number) => {
    const position = positions.get(partitionName(place))
    // It may have been given to another member.
    if (position !== undefined) Object.assign(position, { next, failed, begun: 0 })
  }
  const at = (place: TopicPartition, offset: number): Attempts => {
    const position = positions.get(partitionName(place))
    return position?.next === offset ? position : { failed: 0, begun: 0 }
  }

  return {
    load: async (assignment) => {
      loaded = readAssigned(assignment)
      await loaded
    },
    check: async (topics) => void (await read(topics)),
    verify: async (place, first) => {
      const position = (await loaded).get(partitionName(place))
      if (position === undefined || position.next === first) return
      // A hole may be a transaction's or the cleaner's: only the brokers know whether records that were there are gone.
      // A step back may be that of a fetch which a moved leader answered late, or the client's own, which the commit then tells.
      const isHere = ({ partition }: TopicPartition) => partition === place.partition
      const [ends, committed] = await Promise.all([
        offsets.ends([place.topic]),
        offsets.committed(group, [place.topic]),
      ])
      const isOutOfRange = first < position.next && committed.find(isHere)?.isOutOfRange
      const expected = {
        ...place,
        offset: position.next,
        metadata: '',
        ...(isOutOfRange && { isOutOfRange }),
      }
      const gap = gapOf(expected, ends.find(isHere), worker, group)
      if (gap !== undefined) throw new GapError(gap)
      move(place, first, 0)
    },
    advance: (place, next) => move(place, next, 0),
    failuresAt: (place, offset) => at(place, offset).failed,
    setFailures: move,
    begunMetadata: (place, offset) => {
      const { failed, begun } = at(place, offset)
      return attemptsMetadata(failed, begun + 1)
    },
    standing: (place) => positions.get(partitionName(place))?.standing ?? 'new',
    setStanding: (place, standing) => {
      const position = positions.get(partitionName(place))
      if (position !== undefined) position.standing = standing
    },
    current: () =>
      new Map([...positions].map(([name, { next, failed }]) => [name, { next, failures: failed }])),
  }
}

/** Attempts travel as metadata of the committed offset. @param begun those of which it is not known how they ended */
export const attemptsMetadata = (failed: number, begun = 0): string =>
  `failed attempts: ${failed}${begun === 0 ? '' : `, begun: ${begun}`}`

const attemptsIn = (metadata: string): Attempts => {
  const [, failed = 0, begun = 0] = /^failed attempts: (\d+)(?:, begun: (\d+))?$/.exec(metadata) ?? []
  return { failed: Number(failed), begun: Number(begun) }
}

const gapOf = (
  commit: CommittedOffset,
  end: LogEnds | undefined,
  worker: string,
  group: string,
  missing: 'all' | 'some' = 'some',
): string | undefined => {
  const name = partitionName(commit)
  if (end === undefined) return undefined
  const where = missing === 'all' ? '' : ` --topic ${commit.topic}`
  const remedy = (to: string) => `bridge offsets set ${worker}${where} --to ${to}`
  const choice = `${remedy('beginning')} (handles what is there from the oldest on) or ${remedy('end')} (leaves it out)`
  if (missing === 'all')
    return `${group} has no committed offset at all: they expired, or \`bridge setup\` has not run for it. To go on: ${choice}, or --to a time`
  if (commit.isOutOfRange)
    return `${group} was out of range of ${name}, and where it stood is lost: records were deleted before they were handled, or the topic lost its end. It holds offsets ${end.low} to ${end.high}. To go on: ${choice}`
  if (commit.offset === undefined)
    return `${group} has no committed offset for ${name}, but has others: the partition is new to it. To go on: \`bridge setup\` (handles what is there from the oldest on) or ${remedy('end')} (leaves it out)`
  if (commit.offset < end.low)
    return `${group} has to go on at offset ${commit.offset} of ${name}, but the oldest record there is ${end.low}: ${end.low - commit.offset} were deleted before they were handled. To go on: ${choice}`
  if (commit.offset > end.high)
    return `${group} has to go on at offset ${commit.offset} of ${name}, but that ends at ${end.high}: the topic was made anew, or lost its end. To go on: ${choice}`
  return undefined
}
