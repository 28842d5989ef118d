import type { RunningCalls } from '../middleware/track-calls.ts'

/** How far a partition has come. */
export interface Progress {
  /** The next offset to handle. */
  next: number
  /** Attempts at the message there that failed. */
  failures: number
}

/** What the watchdog sees of the worker. */
export interface Watched {
  /** Of all partitions that are this member's. */
  positions(): ReadonlyMap<string, Progress>
  /** Partition → the offset behind its last record, and the broker that leads it. */
  ends(): Promise<ReadonlyMap<string, { high: number; leader: number | undefined }>>
  /** Waits on purpose: something downstream is unwell. */
  isPaused(): boolean
  calls: RunningCalls
  /** Partitions of which fetched messages are being handled. */
  inHand: ReadonlySet<string>
  /** How many partitions are handled at a time. */
  concurrency: number
}

/**
 * `stuck`: records lie there and the client does not bring them; `stuck again`: nor has it since that was said.
 * `hung`: a call of the handler does not end.
 */
export type Verdict = 'moving' | 'stuck' | 'stuck again' | 'hung'

/** How many looks the time without progress is divided into. */
export const looks = 10

/**
 * Looks at the worker from outside the client; to be called every `limit / looks`. Looks are counted instead of time: a process that
 * was suspended has not stood still.
 *
 * The client fetches from a broker anew once all it brought from there is handled, and handles so many partitions at a time: a partition
 * may have to wait for its turn. Otherwise every partition that has records must move, whatever the others do. Nor may those in hand stand
 * still for so long while no call runs: a pause before another attempt is shorter, and the failure before it counts as movement.
 */
export const createWatchdog = ({
  positions,
  ends,
  isPaused,
  calls,
  inHand,
  concurrency,
}: Watched): (() => Promise<Verdict>) => {
  const ages = new Map<object, number>()
  const still = new Map<string, { position: number; looks: number }>()
  const stuckAt = new Map<string, number>()
  let hand = { progress: '', looks: 0 }

  const forget = () => {
    still.clear()
    hand = { progress: '', looks: 0 }
  }

  const lookAtCalls = (): Verdict => {
    for (const call of ages.keys()) if (!calls.has(call)) ages.delete(call)
    for (const call of calls) ages.set(call, (ages.get(call) ?? -1) + 1)
    return [...ages.values()].some((age) => age >= looks) ? 'hung' : 'moving'
  }

  const lookAtPartitions = async (): Promise<Verdict> => {
    const [now, last] = [positions(), await ends()]
    const leaderOf = (name: string) => last.get(name)?.leader
    const hasTurn = (name: string) =>
      inHand.size < concurrency && ![...inHand].some((other) => leaderOf(other) === leaderOf(name))
    for (const name of still.keys()) if (!now.has(name)) still.delete(name)
    const progress =
      calls.size > 0 ? '' : [...inHand].map((name) => JSON.stringify([name, now.get(name)])).join()
    hand = { progress, looks: progress !== '' && progress === hand.progress ? hand.looks + 1 : 0 }
    for (const [name, { next: position }] of now) {
      const before = still.get(name)
      const lags = (last.get(name)?.high ?? 0) > position
      if (!lags || before?.position !== position) still.set(name, { position, looks: 0 })
      else if (hasTurn(name)) before.looks += 1
    }
    const stuck = [...still].filter(
      ([name, partition]) => partition.looks >= looks || (hand.looks >= looks && inHand.has(name)),
    )
    if (stuck.length === 0) return 'moving'
    const isAgain = stuck.some(([name, { position }]) => stuckAt.get(name) === position)
    for (const [name, { position }] of stuck) stuckAt.set(name, position)
    forget()
    return isAgain ? 'stuck again' : 'stuck'
  }

  return async () => {
    const verdict = lookAtCalls()
    if (verdict !== 'moving') return verdict
    if (!isPaused()) return await lookAtPartitions()
    forget()
    return 'moving'
  }
}
