import type { CommittedOffset } from '../../lib/offsets.ts'

/** From harmless to serious: `behind` moves, `stalled` does not, `stopped` has no process, `rewound` went back and has not caught up. */
export const lagVerdicts = ['ok', 'behind', 'stalled', 'stopped', 'rewound'] as const
export type LagVerdict = (typeof lagVerdicts)[number]

/** What is remembered of one group on one topic from one look to the next. */
export interface Movement {
  committed: ReadonlyMap<number, number>
  /** When it last moved, or had nothing to do; milliseconds since 1970. */
  at: number
  direction: 'forward' | 'back'
}

/** @param before the look before, if there was one */
export const moved = (before: Movement | undefined, commits: readonly CommittedOffset[], records: number, now: number): Movement => {
  const committed = new Map(commits.map(({ partition, offset }) => [partition, offset ?? -1]))
  if (before === undefined) return { committed, at: now, direction: 'forward' }
  const steps = [...committed].map(([partition, offset]) => offset - (before.committed.get(partition) ?? offset))
  const isBack = steps.some((step) => step < 0) || (before.direction === 'back' && records > 0)
  const hasMoved = records === 0 || steps.some((step) => step !== 0)
  return { committed, at: hasMoved ? now : before.at, direction: isBack ? 'back' : 'forward' }
}

/** A group that handles everything within this time is not behind, in milliseconds. */
const behindMs = 60_000

export interface Judged {
  members: number
  records: number
  oldest: number | null
  movement: Movement
  stallMs: number
  now: number
}

export const judge = ({ members, records, oldest, movement, stallMs, now }: Judged): LagVerdict => {
  if (movement.direction === 'back') return 'rewound'
  if (members === 0) return 'stopped'
  if (records === 0 || oldest === null) return 'ok'
  if (now - movement.at >= stallMs && now - oldest >= stallMs) return 'stalled'
  return now - oldest >= behindMs ? 'behind' : 'ok'
}
