import type { Kafka } from 'kafkajs'
import type { CommittedOffset, LogEnds, Offsets, TopicPartition } from '../../../lib/kafka/offsets.ts'
import { partitionName } from '../../../lib/kafka/partition-name.ts'
import { openRecordReader } from '../../../lib/kafka/record-reader.ts'
import type { From } from './decide-beginning.ts'

/** The offset of the next record to handle in a partition. */
export type Place = TopicPartition & { offset: number }

/** The offset that a place means in every partition of the topics. */
export const placesOf = async (
  offsets: Pick<Offsets, 'ends' | 'at'>,
  topics: readonly string[],
  from: From,
): Promise<Place[]> => {
  if (typeof from === 'number') return await offsets.at(topics, from)
  const ends = await offsets.ends(topics)
  return ends.map(({ topic, partition, low, high }) => ({
    topic,
    partition,
    offset: from === 'oldest' ? low : high,
  }))
}

/** The time of the first record at or after an offset, in milliseconds since 1970; undefined without one. */
export type TimeOf = (place: Place) => Promise<number | undefined>

/** Connects for each call: only few records are looked up, and usually none. */
export const timeReader =
  (kafka: Kafka): TimeOf =>
  async (place) => {
    const reader = await openRecordReader(kafka)
    return (await reader.read(place).finally(() => reader.close()))?.timestamp
  }

/**
 * Where a worker that begins now begins in partitions for which its group has no offset, although it has
 * others. A partition that appeared after the first start of the worker is read from its start. Another one
 * existed before, and a new version of the worker reads it for the first time: it begins behind the newest
 * record.
 *
 * @param firstStart milliseconds since 1970; undefined if the worker has never started
 */
export const placesOfNew = async (
  offsets: Pick<Offsets, 'ends'>,
  timeOf: TimeOf,
  missing: readonly CommittedOffset[],
  firstStart = 0,
): Promise<Place[]> => {
  const names = new Set(missing.map(partitionName))
  const ends = await offsets.ends([...new Set(missing.map(({ topic }) => topic))])
  const places: Place[] = []
  for (const end of ends) {
    if (!names.has(partitionName(end))) continue
    const { topic, partition } = end
    const isNew = await appearedAfter(firstStart, end, timeOf)
    places.push({ topic, partition, offset: isNew ? end.low : end.high })
  }
  return places
}

/** Where records were deleted, the partition is older than its oldest record. */
const appearedAfter = async (
  firstStart: number,
  { topic, partition, low, high }: LogEnds,
  timeOf: TimeOf,
): Promise<boolean> => {
  if (low > 0) return false
  if (high === 0) return true
  const oldest = await timeOf({ topic, partition, offset: low })
  return oldest !== undefined && oldest >= firstStart
}
