import {
  isNewAndEmpty,
  isMissing as isOffsetMissing,
  type LogEnds,
  type Offsets,
  type TopicPartition,
} from '../../lib/kafka/offsets.ts'
import { partitionName } from '../../lib/kafka/partition-name.ts'
import { createOldestTimes, type RecordPlace } from './oldest-times.ts'
import { judge, type LagVerdict, type Movement, nextMovement, type Waiting } from './verdict.ts'

/** How far one group is behind on one topic. */
export interface Lag {
  group: string
  topic: string
  /** Number of records that are not handled. */
  records: number
  /**
   * Timestamp of the oldest of them, milliseconds since 1970; null if there are none, or if it is not known.
   */
  oldest: number | null
  verdict: LagVerdict
  /** What is missing, where this is the verdict. */
  missing?: 'topic' | 'committed offset'
}

export interface LagMeterOptions {
  offsets: Offsets
  /** The time of the record at a place, or of the next one after it; undefined if there is none. */
  timeOf(place: RecordPlace): Promise<number | undefined>
  groups: readonly Group[]
  /** A group is stalled after this time without progress, in milliseconds. */
  stallMs: number
  /**
   * What must make no progress for a group to be stalled. A worker handles its partitions in turn, so after a
   * short time one partition without progress may only be waiting for its turn. Then use `whole group`.
   */
  stalls: 'any partition' | 'whole group'
}

/** A group, and the topics that it reads, whether it is running or not. */
interface Group {
  group: string
  topics: readonly string[]
  judged: Judged
}

/**
 * When a group is used, and so has a lag and a verdict.
 *
 * `always`: BRIDGE_WORKERS names its worker, or the worker has started before. `once it has a member`:
 * BRIDGE_WORKERS is not set. `while it exists`: BRIDGE_WORKERS names other workers only, so the group is used
 * until an operator deletes it, or the brokers do because its offsets have expired.
 */
export type Judged = 'always' | 'once it has a member' | 'while it exists'

export interface Measurement {
  lags: readonly Lag[]
  /** The groups that are not used. */
  unused: readonly Pick<Group, 'group' | 'topics'>[]
}

/** Measures the lag of all groups that are used. Call it again to see whether they make progress. */
export type LagMeter = () => Promise<Measurement>

export const createLagMeter = ({ offsets, timeOf, groups, stallMs, stalls }: LagMeterOptions): LagMeter => {
  const movements = new Map<string, Movement>()
  const oldestTimes = createOldestTimes(timeOf)
  /** The groups that have had a member, also after the brokers have forgotten it. */
  const joined = new Set<string>()

  const backlogsOf = async ({ group, topics }: Group, ends: readonly LogEnds[]): Promise<Backlog[]> => {
    const commits = await offsets.committed(group, topics)
    const committed = new Map(commits.map((commit) => [partitionName(commit), commit]))
    const hasOffsets = !commits.every(isOffsetMissing)
    const now = Date.now()
    return ends.map((end) => {
      const commit = committed.get(partitionName(end))
      const next = commit?.offset
      const key = `${group} ${partitionName(end)}`
      const backlog = backlogOf(end, next, movements.get(key), now)
      movements.set(key, backlog.movement)
      const isBegun = commit !== undefined && hasOffsets && isNewAndEmpty(commit, end.high)
      return { ...backlog, isUncommitted: next === undefined && !isBegun }
    })
  }

  /** @returns undefined if the group is not used */
  const measureGroup = async (one: Group, endsByTopic: EndsByTopic): Promise<Lag[] | undefined> => {
    const { group, topics, judged: when } = one
    const { count: members, everJoined } = await offsets.members(group)
    if (everJoined && when === 'once it has a member') joined.add(group)
    if (!everJoined && when !== 'always' && !joined.has(group)) return undefined
    const ends = topics.flatMap((topic) => endsByTopic.get(topic) ?? [])
    const backlogs = await backlogsOf(one, ends)
    const behind = backlogs.filter(({ records }) => records > 0)
    const waiting = await oldestTimes.lookUp(behind)
    const judged = stalls === 'any partition' ? waiting : withLatestMovement(waiting)
    return topics.map((topic) => {
      const ofTopic = judged.filter((each) => each.topic === topic)
      const ofThis = backlogs.filter((each) => each.topic === topic)
      const missing = missingIn(ofThis)
      const isMissing = missing !== undefined
      const verdict = judge({ isMissing, members, waiting: ofTopic, stallMs, now: Date.now() })
      const records = sumOfRecords(ofTopic)
      return { group, topic, records, oldest: oldestOf(ofTopic), verdict, ...(isMissing && { missing }) }
    })
  }

  return async () => {
    const topics = [...new Set(groups.flatMap((each) => each.topics))]
    const endsByTopic = Map.groupBy(await offsets.ends(topics), ({ topic }) => topic)
    const measured: Lag[] = []
    const unused: Group[] = []
    for (const group of groups) {
      const lags = await measureGroup(group, endsByTopic)
      if (lags === undefined) unused.push(group)
      else measured.push(...lags)
    }
    oldestTimes.forgetUnused()
    return { lags: measured, unused }
  }
}

type EndsByTopic = ReadonlyMap<string, readonly LogEnds[]>

/** What a group has not handled in one partition. */
interface Backlog extends TopicPartition {
  /** Offset of the oldest record that is not handled. */
  offset: number
  records: number
  movement: Movement
  /** Whether the group has no committed offset here, although it needs one. */
  isUncommitted: boolean
}

/** @param backlogs of the partitions of one topic */
const missingIn = (backlogs: readonly Backlog[]): Lag['missing'] => {
  if (backlogs.length === 0) return 'topic'
  return backlogs.some(({ isUncommitted }) => isUncommitted) ? 'committed offset' : undefined
}

/**
 * @param next the committed offset; undefined if nothing is committed: then every record of the partition
 * counts
 */
const backlogOf = (
  { topic, partition, low, high }: LogEnds,
  next: number | undefined,
  before: Movement | undefined,
  now: number,
): Omit<Backlog, 'isUncommitted'> => {
  // Records below `low` were deleted and do not count any more.
  const offset = Math.max(low, next ?? low)
  const records = Math.max(0, high - offset)
  return { topic, partition, offset, records, movement: nextMovement(before, next ?? -1, records, now) }
}

/** Every partition with the time of the latest progress of the whole group. */
const withLatestMovement = <Place extends Waiting>(places: readonly Place[]): Place[] => {
  const at = Math.max(...places.map(({ movement }) => movement.at))
  return places.map((place) => ({ ...place, movement: { ...place.movement, at } }))
}

const sumOfRecords = (backlogs: readonly Backlog[]): number =>
  backlogs.reduce((sum, { records }) => sum + records, 0)

const oldestOf = (waiting: readonly Waiting[]): number | null => {
  const times = waiting.map(({ oldest }) => oldest).filter((time) => time !== null)
  return times.length === 0 ? null : Math.min(...times)
}

/**
 * Seconds since the oldest record that is not handled was received; 0 if there is none.
 *
 * @param now milliseconds
 */
export const lagSeconds = ({ oldest }: Pick<Lag, 'oldest'>, now: number): number =>
  oldest === null ? 0 : Math.max(0, (now - oldest) / 1000)
