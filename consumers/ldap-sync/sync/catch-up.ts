import type { Origin, OwnPositions } from '../../consumer.ts'

type Partitions = Parameters<OwnPositions['startAt']>[0]

/**
 * After the database was restored from a dump, the worker reads the records again that the dump does not
 * contain. Meanwhile its state is one of long ago: a member whom it takes for removed may have been added
 * again. So nothing is changed in the directory before the worker has read all of them.
 */
export interface CatchUp {
  /** To be called with the partitions of the worker, and with the offsets at which the state continues. */
  begin(partitions: Partitions, stored: readonly (number | undefined)[]): void
  /** `reading`: old records are missing. `read`: the directory has to be compared as a whole. */
  phase(): 'reading' | 'read' | 'over'
  /** Notes records that are in the state. */
  read(origins: readonly Origin[]): void
  /** When the last of the missing records was read, by the clock of the context. */
  lastReadAt(): number
  /** No record is missing, although not all of them were read: Kafka does not have them any more. */
  giveUp(): void
  /** Ends it. @returns the last record of each partition that was read meanwhile */
  end(): Origin[]
}

const nameOf = ({ topicId, topic, partition }: Omit<Origin, 'offset'>) => `${topicId} ${topic} ${partition}`

export const createCatchUp = (now: () => number): CatchUp => {
  /** Partition → the offset at which the group was. */
  let missing = new Map<string, number>()
  let last = new Map<string, Origin>()
  let phase: ReturnType<CatchUp['phase']> = 'over'
  let lastReadAt = now()
  return {
    begin: (partitions, stored) => {
      missing = new Map(
        partitions.flatMap((each, index) =>
          (stored[index] ?? 0) < each.groupOffset ? [[nameOf(each), each.groupOffset] as const] : [],
        ),
      )
      lastReadAt = now()
      if (missing.size > 0) phase = 'reading'
      else if (phase === 'reading') phase = 'read'
    },
    phase: () => phase,
    read: (origins) => {
      const origin = origins.at(-1)
      if (origin === undefined || phase === 'over') return
      const name = nameOf(origin)
      last.set(name, origin)
      const until = missing.get(name)
      if (until === undefined) return
      lastReadAt = now()
      if (origin.offset + 1 >= until) missing.delete(name)
      if (missing.size === 0) phase = 'read'
    },
    lastReadAt: () => lastReadAt,
    giveUp: () => {
      missing.clear()
      phase = 'read'
    },
    end: () => {
      const origins = [...last.values()]
      last = new Map()
      phase = 'over'
      return origins
    },
  }
}
