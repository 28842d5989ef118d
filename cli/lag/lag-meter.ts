import type { CommittedOffset, LogEnds, Offsets, TopicPartition } from '../../lib/offsets.ts'
import { nameOf } from '../../lib/offsets.ts'
import { judge, type LagVerdict, type Movement, moved } from './verdict.ts'

/** How far one group is behind on one topic. */
export interface Lag {
  group: string
  topic: string
  /** Records not yet handled. */
  records: number
  /** Timestamp of the oldest of them, milliseconds since 1970; null where there are none. */
  oldest: number | null
  verdict: LagVerdict
}

export interface LagMeterOptions {
  offsets: Offsets
  /** The time of the record at a place, or of the first one after it; undefined where there is none. */
  timeOf(place: TopicPartition & { offset: number }): Promise<number | undefined>
  /** Groups, and the topics they read: those that run, and those that should. */
  groups: readonly { group: string; topics: readonly string[] }[]
  /** Without movement for so long a group counts as stalled, in milliseconds. */
  stallMs: number
}

/** Measures all groups anew at each call. */
export type LagMeter = () => Promise<Lag[]>

/** Partitions whose oldest record is looked up at a time: each look-up brings a whole batch of records. */
const lookUps = 8

export const createLagMeter = ({ offsets, timeOf, groups, stallMs }: LagMeterOptions): LagMeter => {
  const movements = new Map<string, Movement>()
  // Looked up once for each place: while a group does not move, neither does its oldest record.
  let times = new Map<string, number>()

  const oldestOf = async (behind: readonly Behind[], kept: Map<string, number>): Promise<number | null> => {
    for (let start = 0; start < behind.length; start += lookUps) {
      await Promise.all(
        behind.slice(start, start + lookUps).map(async (place) => {
          const key = `${nameOf(place)}@${place.offset}`
          const time = kept.get(key) ?? times.get(key) ?? (await timeOf(place))
          if (time !== undefined) kept.set(key, time)
        }),
      )
    }
    const found = behind.flatMap((place) => kept.get(`${nameOf(place)}@${place.offset}`) ?? [])
    return found.length === 0 ? null : Math.min(...found)
  }

  return async () => {
    const ends = Map.groupBy(await offsets.ends([...new Set(groups.flatMap(({ topics }) => topics))]), ({ topic }) => topic)
    const kept = new Map<string, number>()
    const lags: Lag[] = []
    for (const { group, topics } of groups) {
      const [members, committed] = [await offsets.members(group), Map.groupBy(await offsets.committed(group, topics), ({ topic }) => topic)]
      for (const topic of topics) {
        const behind = behindOf(committed.get(topic) ?? [], ends.get(topic) ?? [])
        const records = behind.reduce((sum, place) => sum + place.records, 0)
        const oldest = await oldestOf(behind, kept)
        const key = `${group} ${topic}`
        const movement = moved(movements.get(key), committed.get(topic) ?? [], records, Date.now())
        movements.set(key, movement)
        lags.push({ group, topic, records, oldest, verdict: judge({ members, records, oldest, movement, stallMs, now: Date.now() }) })
      }
    }
    times = kept
    return lags
  }
}

interface Behind extends TopicPartition {
  /** Of the oldest record that is not handled. */
  offset: number
  records: number
}

/** Where nothing is committed all that is there counts, and what was deleted no longer does. */
const behindOf = (committed: readonly CommittedOffset[], ends: readonly LogEnds[]): Behind[] => {
  const next = new Map(committed.map((commit) => [commit.partition, commit.offset]))
  return ends
    .map(({ topic, partition, low, high }) => {
      const offset = Math.max(low, next.get(partition) ?? low)
      return { topic, partition, offset, records: Math.max(0, high - offset) }
    })
    .filter(({ records }) => records > 0)
}

/** Seconds since the oldest record that is not handled was received; 0 where there is none. */
export const lagSeconds = ({ oldest }: Lag, now: number): number => (oldest === null ? 0 : Math.max(0, (now - oldest) / 1000))
