import type { Beginning } from '../../consumer.ts'

/** A place in every topic: the oldest record, behind the newest one, or a time in milliseconds since 1970. */
export type From = 'oldest' | 'now' | number

export interface WorkerPast {
  begins: Beginning['begins']
  /** The value of `--from`. */
  from: From | undefined
  /** Whether the group has a committed offset in any partition. */
  hasOffsets: boolean
  /** When the worker started for the first time, in milliseconds since 1970; undefined if it never did. */
  firstStart: number | undefined
  /** Older records are not handled, in milliseconds. */
  maxAgeMs: number
  /** Milliseconds since 1970. */
  now: number
}

/**
 * Where a worker begins.
 *
 * `begin`: it starts for the first time, or an operator has said where to begin. `continue`: its offsets say
 * where. `resume`: the brokers have deleted its offsets, and it repeats what is young enough to be handled.
 * `stop`: the brokers have deleted its offsets, and an operator must decide. `ignore_from`: it continues,
 * although an operator has said where to begin.
 */
export type BeginningDecision =
  | { name: 'begin'; from: From }
  | { name: 'resume'; from: number }
  | { name: 'continue' | 'ignore_from' | 'stop' }

export const decideBeginning = (past: WorkerPast): BeginningDecision => {
  const { begins, from, hasOffsets, firstStart } = past
  const hasStarted = firstStart !== undefined
  // `--from` counts once: a supervisor starts the same command again.
  if (from !== undefined) return hasOffsets && hasStarted ? { name: 'ignore_from' } : { name: 'begin', from }
  if (hasOffsets) return { name: 'continue' }
  if (!hasStarted) return { name: 'begin', from: begins }
  return begins === 'now' ? { name: 'resume', from: resumeTime(firstStart, past) } : { name: 'stop' }
}

/**
 * Brokers keep the offsets of a stopped group for 7 days by default. So a worker that has lost its offsets
 * has usually handled nothing of the last 7 days, and may have handled what is older.
 */
const offsetsAreKeptMs = 7 * 86_400_000

const resumeTime = (firstStart: number, { maxAgeMs, now }: WorkerPast): number =>
  Math.max(firstStart, now - Math.min(maxAgeMs, offsetsAreKeptMs))
