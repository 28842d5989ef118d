import type { Progress } from '../positions/progress.ts'

/** The end of a partition's log. */
export interface PartitionEnd {
  /** The offset behind its last record. */
  high: number
  /** The broker that leads the partition. */
  leader: number | undefined
}

/** Counts for how many polls in a row each partition has not moved although records wait in it. */
export interface WaitingPartitions {
  update(
    positions: ReadonlyMap<string, Progress>,
    ends: ReadonlyMap<string, PartitionEnd>,
    hasTurn: (name: string) => boolean,
  ): void
  /** Partition → the offset at which it waits and the number of polls. */
  current(): ReadonlyMap<string, { next: number; polls: number }>
  reset(): void
}

export const createWaitingPartitions = (): WaitingPartitions => {
  const waiting = new Map<string, { next: number; polls: number }>()
  return {
    update: (positions, ends, hasTurn) => {
      for (const name of waiting.keys()) if (!positions.has(name)) waiting.delete(name)
      for (const [name, { next }] of positions) {
        const before = waiting.get(name)
        const hasRecords = (ends.get(name)?.high ?? 0) > next
        if (!hasRecords || before?.next !== next) waiting.set(name, { next, polls: 0 })
        else if (hasTurn(name)) before.polls += 1
      }
    },
    current: () => waiting,
    reset: () => waiting.clear(),
  }
}

/** Counts for how many polls in a row the partitions in hand have not moved although no call runs. */
export interface IdleHands {
  update(inHand: ReadonlySet<string>, positions: ReadonlyMap<string, Progress>, isCallRunning: boolean): void
  polls(): number
  reset(): void
}

const nothingInHand = { progress: '', polls: 0 }

export const createIdleHands = (): IdleHands => {
  let idle = nothingInHand
  return {
    update: (inHand, positions, isCallRunning) => {
      const progress = isCallRunning
        ? ''
        : [...inHand].map((name) => JSON.stringify([name, positions.get(name)])).join()
      const isSame = progress !== '' && progress === idle.progress
      idle = { progress, polls: isSame ? idle.polls + 1 : 0 }
    },
    polls: () => idle.polls,
    reset: () => {
      idle = nothingInHand
    },
  }
}
