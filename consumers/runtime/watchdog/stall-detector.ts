import type { RunningCalls } from '../middleware/track-calls.ts'
import type { Progress } from '../positions/progress.ts'
import { createHungCallCheck } from './hung-calls.ts'
import { createIdleCounter } from './idle-counter.ts'
import { createWaitingPartitions, type PartitionEnd } from './waiting-partitions.ts'

/** What the detector sees of the worker. */
export interface ObservedWorker {
  /** The progress of each partition that is assigned to this member. */
  positions(): ReadonlyMap<string, Progress>
  /** The end of each partition's log. */
  ends(): Promise<ReadonlyMap<string, PartitionEnd>>
  /** Whether the worker waits on purpose, because a system that it needs is unavailable. */
  isPaused(): boolean
  calls: RunningCalls
  /** The partitions of which fetched messages are being handled. */
  inProgress: ReadonlySet<string>
  /** How many partitions are handled at the same time. */
  concurrency: number
}

/**
 * `moving`: the worker makes progress, or has nothing to do. `stuck`: records are waiting, and the client
 * does not bring them. `stuck again`: the client has brought no record since the last `stuck`. `hung`: a call
 * of the handler does not end.
 */
export type Verdict = 'moving' | 'stuck' | 'stuck again' | 'hung'

/** How many polls fit into the time without progress that is allowed. */
export const pollsPerLimit = 10

/**
 * Observes the worker from outside of the Kafka client. The returned function must be called every `limit /
 * pollsPerLimit`. Polls are counted instead of time, because a process that was suspended has not stood
 * still.
 *
 * The client fetches from a broker again only when it has handled everything that it brought from there, and
 * it handles only so many partitions at a time. So a partition may have to wait for its turn. Otherwise every
 * partition that has records must move, whatever the others do. The partitions in progress must move too
 * while no call runs: the wait before another attempt is shorter than the limit, and the failure before that
 * wait counts as a movement.
 */
export const createStallDetector = (worker: ObservedWorker): (() => Promise<Verdict>) => {
  const { calls, inProgress, concurrency } = worker
  const isCallHung = createHungCallCheck(calls, pollsPerLimit)
  const waiting = createWaitingPartitions()
  const idle = createIdleCounter()
  const stuckBefore = createStuckPlaces()

  const reset = () => {
    waiting.reset()
    idle.reset()
  }

  const pollPartitions = async (): Promise<Verdict> => {
    const positions = worker.positions()
    const ends = await worker.ends()
    const leaderOf = (name: string) => ends.get(name)?.leader
    const hasTurn = (name: string) =>
      inProgress.size < concurrency && ![...inProgress].some((other) => leaderOf(other) === leaderOf(name))
    idle.update(inProgress, positions, calls.size > 0)
    waiting.update(positions, ends, hasTurn)

    const isIdle = idle.polls() >= pollsPerLimit
    const stuck = [...waiting.current()].filter(
      ([name, { polls }]) => polls >= pollsPerLimit || (isIdle && inProgress.has(name)),
    )
    if (stuck.length === 0) return 'moving'
    const verdict = stuckBefore.hasAny(stuck) ? 'stuck again' : 'stuck'
    stuckBefore.add(stuck)
    reset()
    return verdict
  }

  return async () => {
    if (isCallHung()) return 'hung'
    if (!worker.isPaused()) return await pollPartitions()
    reset()
    return 'moving'
  }
}

type Place = readonly [name: string, waiting: { next: number }]

/** Remembers at which offsets partitions were stuck. */
const createStuckPlaces = () => {
  const stuckAt = new Map<string, number>()
  return {
    hasAny: (places: readonly Place[]) => places.some(([name, { next }]) => stuckAt.get(name) === next),
    add: (places: readonly Place[]) => {
      for (const [name, { next }] of places) stuckAt.set(name, next)
    },
  }
}
