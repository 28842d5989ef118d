/** The place of an action that runs. */
export interface Slot {
  /** Whether others wait. An action that takes long should then end, and run again later. */
  isWanted(): boolean
}

/** Lets only so many actions run at a time. */
export interface FairQueue {
  /** Runs an action. Callers that wait are served one after the other, each one with one action. */
  run<T>(caller: string, action: (slot: Slot) => Promise<T>): Promise<T>
  /** How many actions of a caller wait. */
  waitingOf(caller: string): number
}

export const createFairQueue = (atOnce: number): FairQueue => {
  let free = atOnce
  /** The first caller is the next one. */
  const waiting = new Map<string, (() => void)[]>()
  const slot: Slot = { isWanted: () => waiting.size > 0 }

  const wait = (caller: string): Promise<void> =>
    new Promise((resolve) => {
      const own = waiting.get(caller)
      if (own === undefined) waiting.set(caller, [resolve])
      else own.push(resolve)
    })

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
    run: async (caller, action) => {
      if (free > 0) free -= 1
      else await wait(caller)
      try {
        return await action(slot)
      } finally {
        passOn()
      }
    },
    waitingOf: (caller) => waiting.get(caller)?.length ?? 0,
  }
}
