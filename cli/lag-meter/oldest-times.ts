import type { TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'

/** The place of a record. */
export interface RecordPlace extends TopicPartition {
  offset: number
}

/**
 * Looks up the timestamps of records, and remembers them: while a group makes no progress, its oldest record
 * stays the same.
 */
interface OldestTimes {
  /** Adds to each place the timestamp of its record, milliseconds since 1970; null if there is no record. */
  lookUp<Place extends RecordPlace>(places: readonly Place[]): Promise<(Place & { oldest: number | null })[]>
  /** Forgets every time that has not been looked up since the last call. */
  forgetUnused(): void
}

/** How many places are looked up at a time. Kafka answers each with a whole batch of records. */
const parallelLookUps = 8

/**
 * @param timeOf the time of the record at a place, or of the next one after it; undefined if there is none
 */
export const createOldestTimes = (
  timeOf: (place: RecordPlace) => Promise<number | undefined>,
): OldestTimes => {
  let known = new Map<string, number>()
  let used = new Map<string, number>()

  const lookUpOne = async (place: RecordPlace): Promise<number | null> => {
    const key = `${partitionName(place)}@${place.offset}`
    const time = used.get(key) ?? known.get(key) ?? (await timeOf(place))
    if (time !== undefined) used.set(key, time)
    return time ?? null
  }

  return {
    lookUp: async (places) => {
      const found = []
      for (let start = 0; start < places.length; start += parallelLookUps) {
        const some = places.slice(start, start + parallelLookUps)
        const times = await Promise.all(some.map(lookUpOne))
        found.push(...some.map((place, index) => ({ ...place, oldest: times[index] ?? null })))
      }
      return found
    },
    forgetUnused: () => {
      known = used
      used = new Map()
    },
  }
}
