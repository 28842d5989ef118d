import { UsageError } from '../lib/errors.ts'
import { type CommittedOffset, type LogEnds, nameOf, type Offsets, type TopicPartition } from '../lib/offsets.ts'
import type { Assignment } from './member.ts'

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
  /** Partition → the next offset to handle. */
  current(): ReadonlyMap<string, number>
}

/** What the group committed and what the log holds do not fit together; going on would lose or repeat records silently. */
export class GapError extends UsageError {
  override readonly name = 'GapError'
}

interface Position {
  next: number
  failures: number
}

export const createPositions = (offsets: Offsets, group: string, worker: string): Positions => {
  let loaded: Promise<Map<string, Position>> = Promise.resolve(new Map())
  let positions = new Map<string, Position>()

  const read = async (topics: readonly string[]) => {
    const [committed, ends] = await Promise.all([offsets.committed(group, topics), offsets.ends(topics)])
    const endOf = new Map(ends.map((end) => [nameOf(end), end]))
    const fresh = new Map<string, Position>()
    for (const commit of committed) {
      const name = nameOf(commit)
      const gap = gapOf(commit, endOf.get(name), worker, group)
      if (gap !== undefined) throw new GapError(gap)
      fresh.set(name, { next: commit.offset ?? 0, failures: failuresIn(commit.metadata) })
    }
    return fresh
  }

  const readAssigned = async (assignment: Assignment) => {
    const fresh = await read(Object.keys(assignment))
    const mine = new Set(
      Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((partition) => nameOf({ topic, partition }))),
    )
    positions = new Map([...fresh].filter(([name]) => mine.has(name)))
    return positions
  }

  return {
    load: async (assignment) => {
      loaded = readAssigned(assignment)
      await loaded
    },
    check: async (topics) => void (await read(topics)),
    verify: async (place, first) => {
      const position = (await loaded).get(nameOf(place))
      if (position === undefined || position.next === first) return
      // A hole may be a transaction's or the cleaner's: only the brokers know whether records that were there are gone.
      const end = (await offsets.ends([place.topic])).find(({ partition }) => partition === place.partition)
      const gap = gapOf({ ...place, offset: position.next, metadata: '' }, end, worker, group)
      if (gap !== undefined) throw new GapError(gap)
      position.next = first
    },
    advance: (place, next) => void positions.set(nameOf(place), { next, failures: 0 }),
    failuresAt: (place, offset) => {
      const position = positions.get(nameOf(place))
      return position?.next === offset ? position.failures : 0
    },
    setFailures: (place, offset, failures) => void positions.set(nameOf(place), { next: offset, failures }),
    current: () => new Map([...positions].map(([name, { next }]) => [name, next])),
  }
}

/** Failed attempts travel as metadata of the committed offset. */
export const failuresMetadata = (failures: number): string => `failed attempts: ${failures}`

const failuresIn = (metadata: string): number => Number(/^failed attempts: (\d+)$/.exec(metadata)?.[1] ?? 0)

const gapOf = (commit: CommittedOffset, end: LogEnds | undefined, worker: string, group: string): string | undefined => {
  const name = nameOf(commit)
  if (end === undefined) return undefined
  const remedy = (to: string) => `bridge offsets set ${worker} --topic ${commit.topic} --to ${to}`
  const choice = `${remedy('beginning')} (handles what is there from the oldest on) or ${remedy('end')} (leaves it out)`
  if (commit.offset === undefined)
    return `${group} has no committed offset for ${name}: it expired, or was out of range, or \`bridge setup\` has not run. The partition holds offsets ${end.low} to ${end.high}. To go on: ${choice}`
  if (commit.offset < end.low)
    return `${group} has to go on at offset ${commit.offset} of ${name}, but the oldest record there is ${end.low}: ${end.low - commit.offset} were deleted before they were handled. To go on: ${choice}`
  if (commit.offset > end.high)
    return `${group} has to go on at offset ${commit.offset} of ${name}, but that ends at ${end.high}: the topic was made anew, or lost its end. To go on: ${choice}`
  return undefined
}
