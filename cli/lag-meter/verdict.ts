/**
 * How a group is doing, from harmless to serious. `behind`: old records wait, and the group makes progress.
 * `stalled`: old records wait, and it makes none. `stopped`: no process runs. `rewound`: its offset went back
 * and has not caught up. `missing`: a topic does not exist, or a partition has no committed offset, so that
 * the group cannot continue there.
 */
export const lagVerdicts = ['ok', 'behind', 'stalled', 'stopped', 'rewound', 'missing'] as const
export type LagVerdict = (typeof lagVerdicts)[number]

/** The progress of a group in one partition, kept from one measurement to the next. */
export interface Movement {
  /** Offset of the next record to handle; -1 if nothing is committed. */
  offset: number
  /** When the offset last changed, or no record was waiting; milliseconds since 1970. */
  at: number
  /**
   * The highest offset before the group went back. It is kept until the group has reached that offset again.
   */
  rewoundFrom?: number
}

/**
 * The movement after a measurement.
 *
 * @param before the movement after the last measurement; undefined at the first one
 * @param offset the committed offset; -1 if nothing is committed
 * @param records how many records are not handled
 * @param now milliseconds since 1970
 */
export const nextMovement = (
  before: Movement | undefined,
  offset: number,
  records: number,
  now: number,
): Movement => {
  if (before === undefined) return { offset, at: now }
  const furthest = Math.max(before.offset, before.rewoundFrom ?? -1)
  const isRewound = records > 0 && offset < furthest
  const isStill = records > 0 && offset === before.offset
  return { offset, at: isStill ? before.at : now, ...(isRewound && { rewoundFrom: furthest }) }
}

/** A group whose oldest record is younger than this is not behind, in milliseconds. */
const behindMs = 60_000

/** A partition with records that are not handled. */
export interface Waiting {
  movement: Movement
  /** Timestamp of the oldest of these records, milliseconds since 1970; null if it is not known. */
  oldest: number | null
}

interface Measurement {
  /** Whether the topic, or a committed offset that the group needs, does not exist. */
  isMissing: boolean
  /** Number of processes in the group. */
  members: number
  waiting: readonly Waiting[]
  /** A partition is stalled after this time without progress, in milliseconds. */
  stallMs: number
  /** Milliseconds since 1970. */
  now: number
}

export const judge = ({ isMissing, members, waiting, stallMs, now }: Measurement): LagVerdict => {
  if (isMissing) return 'missing'
  if (waiting.some(({ movement }) => movement.rewoundFrom !== undefined)) return 'rewound'
  if (members === 0) return 'stopped'
  const ages = waiting.map(({ movement, oldest }) => ({
    stillMs: now - movement.at,
    oldestMs: oldest === null ? 0 : now - oldest,
  }))
  if (ages.some(({ stillMs, oldestMs }) => stillMs >= stallMs && oldestMs >= stallMs)) return 'stalled'
  return ages.some(({ oldestMs }) => oldestMs >= behindMs) ? 'behind' : 'ok'
}
