/** The place of an action that runs. */
export interface Slot {
  /** Whether others wait. An action that takes long should then end, and run again later. */
  isWanted(): boolean
}

/** Lets only so many actions run at a time. */
export interface FairQueue {
  /**
   * Runs an action. Callers that wait are served one after the other, each one with one action.
   *
   * @param signal an action that has not begun when it is aborted never begins
   * @throws the reason of the signal if the action did not begin; the error of the action
   */
  run<T>(caller: string, action: (slot: Slot) => Promise<T>, signal?: AbortSignal): Promise<T>
  /** How many actions of a caller wait. */
  waitingOf(caller: string): number
}

export const createFairQueue = (atOnce: number): FairQueue => {
  let free = atOnce
  /** The first caller is the next one. */
  const waiting = new Map<string, (() => void)[]>()
  const slot: Slot = { isWanted: () => waiting.size > 0 }

  const remove = (caller: string, turn: () => void): void => {
    const left = waiting.get(caller)?.filter((each) => each !== turn) ?? []
    // The caller keeps its place among the others.
    if (left.length > 0) waiting.set(caller, left)
    else waiting.delete(caller)
  }

  const wait = async (caller: string, signal: AbortSignal | undefined): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = () => {
      remove(caller, resolve)
      reject(signal?.reason)
    }
    const own = waiting.get(caller)
    if (own === undefined) waiting.set(caller, [resolve])
    else own.push(resolve)
    signal?.addEventListener('abort', leave)
    await promise.finally(() => signal?.removeEventListener('abort', leave))
  }

  const passOn = (): void => {
    for (const [caller, own] of waiting) {
      waiting.delete(caller)
      const next = own.shift()
      if (own.length > 0) waiting.set(caller, own)
      next?.()
      return
    }
    free += 1
  }

  return {
    run: async (caller, action, signal) => {
      signal?.throwIfAborted()
      if (free > 0) free -= 1
      else await wait(caller, signal)
      try {
        return await action(slot)
      } finally {
        passOn()
      }
    },
    waitingOf: (caller) => waiting.get(caller)?.length ?? 0,
  }
}
