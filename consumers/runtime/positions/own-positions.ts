import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import type { Offsets, TopicPartition } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import type { Logger } from '../../../lib/logger.ts'
import type { OwnPositions } from '../../consumer.ts'
import type { Assignment } from './assignment.ts'
import type { Position } from './position.ts'
import type { TopicIds } from './topic-ids.ts'

/** Moves the client to an offset. The next fetch begins there. */
export type Seek = (place: TopicPartition, offset: number) => void

/** Moves positions back to where the store of the worker continues. */
export type Rewind = (
  assignment: Assignment,
  positions: ReadonlyMap<string, Position>,
  seek: Seek,
  isCurrent: () => boolean,
) => Promise<void>

export interface RewindOptions {
  own: OwnPositions
  offsets: Pick<Offsets, 'ends'>
  topicIds: TopicIds
  logger: Logger
  /** The wait before the next attempt while the store does not answer, in milliseconds. */
  retryMs?: number
}

/**
 * Makes the function that starts the worker at the smaller of two offsets: that of its group and that of its
 * own store. The store is behind the group after it was restored from a backup. Offsets whose records Kafka
 * no longer has are skipped, and this is logged. While the store does not answer, the function waits.
 */
export const createRewind =
  ({ own, offsets, topicIds, logger, retryMs = 1000 }: RewindOptions): Rewind =>
  async (assignment, positions, seek, isCurrent) => {
    const topics = Object.keys(assignment)
    await topicIds.load(topics)
    const places = topics.flatMap((topic) =>
      (assignment[topic] ?? []).flatMap((partition) => {
        const groupOffset = positions.get(partitionName({ topic, partition }))?.next
        return groupOffset === undefined
          ? []
          : [{ topic, partition, topicId: topicIds.of(topic), groupOffset }]
      }),
    )
    const stored = await untilRead(() => own.startAt(places), { logger, retryMs, isCurrent })
    if (stored === undefined) return
    const lowOf = new Map((await offsets.ends(topics)).map((end) => [partitionName(end), end.low]))
    for (const [index, place] of places.entries()) {
      const name = partitionName(place)
      const [position, low] = [positions.get(name), lowOf.get(name) ?? 0]
      const next = stored[index] ?? low
      if (position === undefined || next >= position.next) continue
      const start = Math.max(next, low)
      logger.warn('the store of the worker is behind its group: the worker goes back', {
        partition: name,
        group_offset: position.next,
        own_offset: next,
        // Records that were deleted from Kafka before the worker could read them again.
        missing: start - next,
      })
      if (start >= position.next) continue
      Object.assign(position, { next: start, failed: 0, begun: 0, state: 'new' } satisfies Position)
      seek(place, start)
    }
  }

const untilRead = async <T>(
  read: () => Promise<T>,
  { logger, retryMs, isCurrent }: { logger: Logger; retryMs: number; isCurrent(): boolean },
): Promise<T | undefined> => {
  for (let attempt = 1; isCurrent(); attempt++) {
    try {
      return await read()
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error
      if (attempt === 1)
        logger.warn('the worker waits until it can read its positions', { error: messageOf(error) })
      await sleep(retryMs, undefined, { ref: false })
    }
  }
  return undefined
}
