import type { Calls } from './middleware/count-calls.ts'

/** What the watchdog sees of the worker. */
export interface Watched {
  /** Partition → the next offset to handle, of all partitions that are this member's. */
  positions(): ReadonlyMap<string, number>
  /** Partition → the offset behind its last record. */
  ends(): Promise<ReadonlyMap<string, number>>
  /** Waits on purpose: something downstream is unwell. */
  isPaused(): boolean
  calls: Readonly<Calls>
}

/** `stuck`: records lie there and the client does not bring them. `hung`: a call of the handler does not end. */
export type Verdict = 'moving' | 'stuck' | 'hung'

/** How many looks the time without progress is divided into. */
export const looks = 10

/**
 * Looks at the worker from outside the client; to be called every `limit / looks`.
 *
 * While a call runs other partitions may have to wait for their turn; while none runs, every partition that has records must move.
 */
export const createWatchdog = ({ positions, ends, isPaused, calls }: Watched): (() => Promise<Verdict>) => {
  const still = new Map<string, { position: number; looks: number }>()
  let running = { ended: calls.ended, looks: 0 }

  const lookAtCalls = (): Verdict => {
    const isSame = calls.begun > calls.ended && running.ended === calls.ended
    running = { ended: calls.ended, looks: isSame ? running.looks + 1 : 0 }
    return running.looks >= looks ? 'hung' : 'moving'
  }

  const lookAtPartitions = async (): Promise<Verdict> => {
    const [now, last] = [positions(), await ends()]
    for (const name of still.keys()) if (!now.has(name)) still.delete(name)
    for (const [name, position] of now) {
      const before = still.get(name)
      const lags = (last.get(name) ?? 0) > position
      if (!lags || before?.position !== position) still.set(name, { position, looks: 0 })
      else if (calls.begun === calls.ended) before.looks += 1
    }
    return [...still.values()].some((partition) => partition.looks >= looks) ? 'stuck' : 'moving'
  }

  return async () => {
    if (isPaused()) {
      still.clear()
      running.looks = 0
      return 'moving'
    }
    const verdict = lookAtCalls()
    if (verdict !== 'moving') return verdict
    const seen = await lookAtPartitions()
    if (seen === 'stuck') still.clear()
    return seen
  }
}
