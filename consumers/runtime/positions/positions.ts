import type { Offsets, TopicPartition } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import type { Assignment } from './assignment.ts'
import { type Attempts, attemptsMetadata } from './attempts.ts'
import type { Rewind, Seek } from './own-positions.ts'
import type { PartitionState, Position } from './position.ts'
import type { Progress } from './progress.ts'
import { checkHole, readPositions } from './read-positions.ts'

/** Where this member continues in each of its partitions, and how often the message there has failed. */
export interface Positions {
  /**
   * Reads the committed offsets of the assigned partitions. It is called at every join, before anything is
   * handled. Where the store of the worker is behind the group, the client is moved back by `seek`.
   * @throws GapError
   */
  load(assignment: Assignment, seek: Seek): Promise<void>
  /**
   * Checks every partition of the topics. It is called before the client starts, because the client resets an
   * offset that is out of range and only logs it
   * (https://github.com/tulios/kafkajs/blob/v2.2.4/src/consumer/consumerGroup.js).
   * @throws GapError
   */
  check(topics: readonly string[]): Promise<void>
  /**
   * Resolves when handling may continue with `first`, the offset of the first message of a batch.
   * @throws GapError when records between the last handled one and this one were lost, or the group lost its
   * position
   */
  verify(place: TopicPartition, first: number): Promise<void>
  /** Moves on: every message before `next` has been handled. */
  advance(place: TopicPartition, next: number): void
  failuresAt(place: TopicPartition, offset: number): number
  setFailures(place: TopicPartition, offset: number, failures: number): void
  /** The metadata that tells the next process of one more attempt at this message without a known end. */
  begunMetadata(place: TopicPartition, offset: number): string
  stateOf(place: TopicPartition): PartitionState
  setState(place: TopicPartition, state: PartitionState): void
  /** The progress of each partition, by the partition's name. */
  current(): ReadonlyMap<string, Progress>
}

/** @param rewind for workers that store their positions themselves */
export const createPositions = (
  offsets: Offsets,
  group: string,
  worker: string,
  rewind?: Rewind,
): Positions => {
  const names = { group, worker }
  let positions = new Map<string, Position>()
  /** Resolves to the positions of the newest assignment. Batches wait for it. */
  let loading: Promise<ReadonlyMap<string, Position>> = Promise.resolve(positions)

  let newest = 0
  const readAssigned = async (assignment: Assignment, seek: Seek) => {
    newest += 1
    const own = newest
    const assigned = assignedNames(assignment)
    const all = await readPositions(offsets, names, Object.keys(assignment))
    const read = new Map([...all].filter(([name]) => assigned.has(name)))
    await rewind?.(assignment, read, seek, () => own === newest)
    positions = read
    return positions
  }

  const positionOf = (place: TopicPartition) => positions.get(partitionName(place))

  /** Nothing is known about another message than the one at `next`. */
  const attemptsAt = (place: TopicPartition, offset: number): Attempts => {
    const position = positionOf(place)
    return position?.next === offset ? position : { failed: 0, begun: 0 }
  }

  /**
   * Changes a position. The partition may have been assigned to another member; then there is none to change.
   */
  const change = (place: TopicPartition, changes: Partial<Position>) => {
    const position = positionOf(place)
    if (position !== undefined) Object.assign(position, changes)
  }

  return {
    load: async (assignment, seek) => {
      loading = readAssigned(assignment, seek)
      await loading
    },
    check: async (topics) => {
      await readPositions(offsets, names, topics)
    },
    verify: async (place, first) => {
      const position = (await loading).get(partitionName(place))
      if (position === undefined || position.next === first) return
      await checkHole(offsets, names, place, position.next, first)
      change(place, { next: first, failed: 0, begun: 0 })
    },
    advance: (place, next) => change(place, { next, failed: 0, begun: 0 }),
    failuresAt: (place, offset) => attemptsAt(place, offset).failed,
    setFailures: (place, offset, failures) => change(place, { next: offset, failed: failures, begun: 0 }),
    begunMetadata: (place, offset) => {
      const { failed, begun } = attemptsAt(place, offset)
      return attemptsMetadata(failed, begun + 1)
    },
    stateOf: (place) => positionOf(place)?.state ?? 'new',
    setState: (place, state) => change(place, { state }),
    current: () =>
      new Map([...positions].map(([name, { next, failed }]) => [name, { next, failures: failed }])),
  }
}

const assignedNames = (assignment: Assignment): Set<string> =>
  new Set(
    Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => partitionName({ topic, partition })),
    ),
  )
