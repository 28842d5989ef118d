/** From harmless to serious: `behind` moves, `stalled` does not, `stopped` has no process, `rewound` went back and has not caught up. */
export const lagVerdicts = ['ok', 'behind', 'stalled', 'stopped', 'rewound'] as const
export type LagVerdict = (typeof lagVerdicts)[number]

/** What is remembered of one partition of a group from one look to the next. */
export interface Movement {
  /** The next to be handled; -1 where nothing is committed. */
  offset: number
  /** When it last moved, or had nothing to do; milliseconds since 1970. */
  at: number
  /** Where it was before it went back, until it is there again. */
  rewoundFrom?: number
}

/**
 * @param before the look before, if there was one
 * @param records not yet handled
 */
export const moved = (
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

/** A group that handles everything within this time is not behind, in milliseconds. */
const behindMs = 60_000

/** A partition with records that are not handled. */
export interface Waiting {
  movement: Movement
  /** Timestamp of the oldest of them, milliseconds since 1970; null where it cannot be told. */
  oldest: number | null
}

export interface Judged {
  members: number
  waiting: readonly Waiting[]
  stallMs: number
  now: number
}

export const judge = ({ members, waiting, stallMs, now }: Judged): LagVerdict => {
  if (waiting.some(({ movement }) => movement.rewoundFrom !== undefined)) return 'rewound'
  if (members === 0) return 'stopped'
  const ages = waiting.map(({ movement, oldest }) => ({
    still: now - movement.at,
    old: oldest === null ? 0 : now - oldest,
  }))
  if (ages.some(({ still, old }) => still >= stallMs && old >= stallMs)) return 'stalled'
  return ages.some(({ old }) => old >= behindMs) ? 'behind' : 'ok'
}
