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
  /** @param hasTurn whether the client could handle the partition now; otherwise the poll does not count */
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
