import type { Offsets, TopicPartition } from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { judge, type LagVerdict, type Movement, moved, type Waiting } from './verdict.ts'

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
  /** What has to stand still for that. Partitions take turns: only a long look tells one that stopped from one that waits. */
  stalls: 'any partition' | 'whole group'
}

/** Measures all groups anew at each call. */
export type LagMeter = () => Promise<Lag[]>

/** Partitions whose oldest record is looked up at a time: each look-up brings a whole batch of records. */
const lookUps = 8

export const createLagMeter = ({ offsets, timeOf, groups, stallMs, stalls }: LagMeterOptions): LagMeter => {
  const movements = new Map<string, Movement>()
  // Looked up once for each place: while a group does not move, neither does its oldest record.
  let times = new Map<string, number>()

  const lookUp = async (
    places: readonly Place[],
    kept: Map<string, number>,
  ): Promise<(Place & Waiting)[]> => {
    for (let start = 0; start < places.length; start += lookUps) {
      await Promise.all(
        places.slice(start, start + lookUps).map(async (place) => {
          const time = kept.get(keyOf(place)) ?? times.get(keyOf(place)) ?? (await timeOf(place))
          if (time !== undefined) kept.set(keyOf(place), time)
        }),
      )
    }
    return places.map((place) => ({ ...place, oldest: kept.get(keyOf(place)) ?? null }))
  }

  return async () => {
    const ends = Map.groupBy(
      await offsets.ends([...new Set(groups.flatMap(({ topics }) => topics))]),
      ({ topic }) => topic,
    )
    const kept = new Map<string, number>()
    const lags: Lag[] = []
    for (const { group, topics } of groups) {
      const members = await offsets.members(group)
      const committed = new Map(
        (await offsets.committed(group, topics)).map((commit) => [partitionName(commit), commit.offset]),
      )
      const now = Date.now()
      const places = topics
        .flatMap((topic) => ends.get(topic) ?? [])
        .map(({ topic, partition, low, high }): Place => {
          const next = committed.get(partitionName({ topic, partition }))
          // Where nothing is committed all that is there counts, and what was deleted no longer does.
          const offset = Math.max(low, next ?? low)
          const records = Math.max(0, high - offset)
          const key = `${group} ${partitionName({ topic, partition })}`
          const movement = moved(movements.get(key), next ?? -1, records, now)
          movements.set(key, movement)
          return { topic, partition, offset, records, movement }
        })
      const behind = places.filter(({ records }) => records > 0)
      const lastMove = Math.max(...behind.map(({ movement }) => movement.at))
      const waiting = Map.groupBy(await lookUp(behind, kept), ({ topic }) => topic)
      for (const topic of topics) {
        const of = waiting.get(topic) ?? []
        const judged =
          stalls === 'any partition'
            ? of
            : of.map((place) => ({ ...place, movement: { ...place.movement, at: lastMove } }))
        lags.push({
          group,
          topic,
          records: of.reduce((sum, { records }) => sum + records, 0),
          oldest: of.reduce<number | null>(
            (least, { oldest }) => (oldest === null ? least : Math.min(least ?? oldest, oldest)),
            null,
          ),
          verdict: judge({ members, waiting: judged, stallMs, now: Date.now() }),
        })
      }
    }
    times = kept
    return lags
  }
}

interface Place extends TopicPartition {
  /** Of the oldest record that is not handled. */
  offset: number
  records: number
  movement: Movement
}

const keyOf = (place: Place): string => `${partitionName(place)}@${place.offset}`

/** Seconds since the oldest record that is not handled was received; 0 where there is none. */
export const lagSeconds = ({ oldest }: Lag, now: number): number =>
  oldest === null ? 0 : Math.max(0, (now - oldest) / 1000)
