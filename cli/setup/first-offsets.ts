import type { Kafka } from 'kafkajs'
import type { Beginning, Consumer } from '../../consumers/consumer.ts'
import { type Place, placesOf, placesOfNew, timeReader } from '../../consumers/runtime/beginning/places.ts'
import { readFirstStarts } from '../../consumers/runtime/beginning/worker-starts.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import {
  type CommittedOffset,
  isMissing,
  isRefusedForMembers,
  type Offsets,
  openOffsets,
  type TopicPartition,
} from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import type { Logger } from '../../lib/logger.ts'
import type { Names } from '../../schemas/topics.ts'
import { commitAsGroupMember } from './commit-as-group-member.ts'

/** Numbers of partitions. */
interface Result {
  committed: number
  /** Partitions whose offset has expired or is out of range. */
  lost: number
}

/**
 * Commits the first offset for each partition that is new to a worker.
 *
 * A worker that begins at the oldest record gets these offsets before its first start, so that its lag is
 * known. A worker that begins now gets none before its first start, because it begins then; later it gets
 * those of partitions that appear.
 *
 * Brokers delete all offsets of a group at once, some time after its last member has left. So a missing
 * offset is new, not expired, if the group has other offsets or if the worker has never started. If a worker
 * that begins at the oldest record has lost its offsets, it stops until an operator runs
 * `bridge offsets set`.
 *
 * @throws RetriableError
 */
export const commitFirstOffsets = async (
  kafka: Kafka,
  names: Names,
  workers: readonly Consumer[],
  logger: Logger,
): Promise<Result> => {
  const offsets = await openOffsets(kafka)
  const sum = { committed: 0, lost: 0 }
  try {
    const firstStarts = await readFirstStarts(kafka, names.workerStartsTopic)
    for (const { name, events, begins } of workers) {
      const [group, topics] = [names.group(name), [...events.map(names.topic), names.retryTopic(name)]]
      const firstStart = firstStarts.get(name)
      const state = stateOf(await offsets.committed(group, topics), begins, firstStart !== undefined)
      warnOfLost(group, state, logger)
      if (state.missing.length > 0) {
        const timeOf = timeReader(kafka)
        const places = await (begins === 'now'
          ? placesOfNew(offsets, timeOf, state.missing, firstStart)
          : oldestPlaces(offsets, state.missing))
        await commit(kafka, offsets, group, places)
      }
      sum.committed += state.missing.length
      sum.lost += state.outOfRange.length + state.expired.length
    }
    return sum
  } catch (error) {
    throw new RetriableError(`The first offsets could not be committed: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    await offsets.close()
  }
}

/** The partitions of a group that need attention. */
interface GroupState {
  /** New to the worker. */
  missing: readonly CommittedOffset[]
  expired: readonly TopicPartition[]
  outOfRange: readonly TopicPartition[]
}

const stateOf = (
  committed: readonly CommittedOffset[],
  begins: Beginning['begins'],
  hasStarted: boolean,
): GroupState => {
  const outOfRange = committed.filter(({ isOutOfRange }) => isOutOfRange)
  const missing = committed.filter(isMissing)
  if (missing.length < committed.length) return { missing, expired: [], outOfRange }
  // A worker that begins now finds its place by itself at its start, new or without its offsets.
  if (begins === 'now') return { missing: [], expired: [], outOfRange }
  return hasStarted ? { missing: [], expired: missing, outOfRange } : { missing, expired: [], outOfRange }
}

const warnOfLost = (group: string, { outOfRange, expired }: GroupState, logger: Logger) => {
  if (outOfRange.length > 0)
    logger.warn('offsets of a group are out of range: the worker stops until you run `bridge offsets set`', {
      group,
      partitions: outOfRange.map(partitionName).join(', '),
    })
  if (expired.length > 0)
    logger.warn('the offsets of a group have expired: the worker stops until you run `bridge offsets set`', {
      group,
    })
}

const oldestPlaces = async (offsets: Offsets, missing: readonly TopicPartition[]): Promise<Place[]> => {
  const names = new Set(missing.map(partitionName))
  const places = await placesOf(offsets, [...new Set(missing.map(({ topic }) => topic))], 'oldest')
  return places.filter((place) => names.has(partitionName(place)))
}

const commit = async (kafka: Kafka, offsets: Offsets, group: string, places: readonly Place[]) => {
  try {
    await offsets.commit(group, places)
  } catch (error) {
    if (!isRefusedForMembers(error)) throw error
    // An upgrade brought a new topic while the old version of the worker is still running.
    await commitAsGroupMember(kafka, group, places)
  }
}
