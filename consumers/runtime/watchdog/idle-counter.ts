import type { Progress } from '../positions/progress.ts'

/** Counts for how many polls in a row the partitions in progress have not moved although no call runs. */
export interface IdleCounter {
  update(
    inProgress: ReadonlySet<string>,
    positions: ReadonlyMap<string, Progress>,
    isCallRunning: boolean,
  ): void
  polls(): number
  reset(): void
}

/**
 * `busy`: a call runs, or no partition is in progress. `idle`: the partitions stand where they stood before.
 */
type IdleState = { name: 'busy' } | { name: 'idle'; progress: string; polls: number }

const busy: IdleState = { name: 'busy' }

export const createIdleCounter = (): IdleCounter => {
  let state: IdleState = busy
  return {
    update: (inProgress, positions, isCallRunning) => {
      if (isCallRunning || inProgress.size === 0) {
        state = busy
        return
      }
      const progress = JSON.stringify([...inProgress].map((name) => [name, positions.get(name)]))
      const polls = state.name === 'idle' && state.progress === progress ? state.polls + 1 : 0
      state = { name: 'idle', progress, polls }
    },
    polls: () => (state.name === 'idle' ? state.polls : 0),
    reset: () => {
      state = busy
    },
  }
}
