/** What is known about a spool, for readiness, metrics and limits. */
export interface SpoolState {
  /**
   * Hooks that wait, including those that are being written. Right after a start, the hooks of an earlier
   * process are included as far as they have been counted, and at least one of them.
   */
  records: number
  /** How many of them are moving to the spool of a topic. They are counted there, too. */
  moving: number
  /** Size of the waiting hooks on disk. */
  bytes: number
  /** Size of hooks that have left the spool but are still on disk, because their segment is. */
  passedBytes: number
  /** When the oldest hook was received, in milliseconds since 1970; null: no hook waits. */
  oldestReceivedAt: number | null
  /** Refused hooks, and hooks that were lost by damage, since this process started. */
  setAside: number
  /**
   * The error of the last append if it failed in the last half minute; `full` as long as the spool is full;
   * `the disk does not answer` as long as a write does not end.
   */
  lastFailure: string | null
}

/** What went into a spool and out of it, since this process started. */
export interface SpoolAccount {
  /** Hooks that were written, and whose senders can be told so. */
  appended: number
  /** Hooks of the spool that the brokers have acknowledged. */
  published: number
  /** Hooks that are gone from the spool and were neither published nor set aside nor moved. */
  unaccounted: number
}

/** The state of one spool, with all changes that can happen to it. */
export interface SpoolTally {
  readonly state: Readonly<SpoolState>
  readonly account: Readonly<SpoolAccount>
  /** So many hooks were written as their senders asked. */
  noteAppended(records: number): void
  /** The brokers have acknowledged a hook of the spool. */
  notePublished(): void
  /** Hooks of an earlier process were found on disk. Their bytes are known from the start. */
  countFound(records: number, oldestReceivedAt: number | undefined): void
  /** Hooks are about to be written. */
  countQueued(size: Size, receivedAt: number): void
  /** Hooks were written. */
  noteWritten(): void
  /** Hooks could not be written and are not in the spool. */
  countNotWritten(size: Size, failure: string): void
  /** A write does not end. */
  noteHanging(): void
  /** A hook was refused because there is no room. */
  noteFull(): void
  /** So many more hooks, or fewer if negative, are counted in the spool that they move to as well. */
  noteMoving(records: number): void
  /**
   * Hooks have left the spool, with the bytes of the segment that they and any damage between them took.
   * @param left of how many it is known what became of them
   */
  countDrained(size: Size, left: number): void
  /** Nothing is left to read. Hooks that were damaged after they were counted will not come any more. */
  noteEmpty(): void
  setOldest(receivedAt: number): void
  setPassedBytes(bytes: number): void
  countSetAside(hooks?: number): void
  /** Hooks were damaged and will not come. They are counted as set aside. */
  countDamaged(hooks: number): void
}

export interface Size {
  records: number
  bytes: number
}

const full = 'full'

/** The failure of a disk on which a write does not end. */
const hanging = 'the disk does not answer'

/** Whether a write does not end. */
export const isHanging = ({ lastFailure }: Pick<SpoolState, 'lastFailure'>): boolean =>
  lastFailure === hanging

/**
 * How long a failed append is remembered, in milliseconds. The disk may be repaired while nothing is
 * appended.
 */
const failureIsRecentMs = 30_000

/** @param start sizes of what an earlier process left, in bytes */
export const createSpoolTally = (start: Pick<SpoolState, 'bytes' | 'passedBytes'>): SpoolTally => {
  const state: SpoolState = {
    records: 0,
    moving: 0,
    ...start,
    oldestReceivedAt: null,
    setAside: 0,
    lastFailure: null,
  }
  const account: SpoolAccount = { appended: 0, published: 0, unaccounted: 0 }
  /** Damaged hooks are still counted as waiting until the spool is empty. */
  let damaged = 0
  const subtract = ({ records, bytes }: Size) => {
    state.records -= records
    state.bytes -= bytes
    if (state.records === 0) state.oldestReceivedAt = null
  }
  const setFailure = createFailureMemory(state)
  return {
    state,
    account,
    noteAppended: (records) => {
      account.appended += records
    },
    notePublished: () => {
      account.published += 1
    },
    countFound: (records, oldestReceivedAt) => {
      state.records += records
      state.oldestReceivedAt ??= oldestReceivedAt ?? null
    },
    countQueued: ({ records, bytes }, receivedAt) => {
      state.records += records
      state.bytes += bytes
      state.oldestReceivedAt ??= receivedAt
    },
    noteWritten: () => {
      state.lastFailure = null
    },
    countNotWritten: (size, failure) => {
      subtract(size)
      setFailure(failure, failureIsRecentMs)
    },
    noteHanging: () => setFailure(hanging, Number.POSITIVE_INFINITY),
    noteFull: () => {
      if (!isHanging(state)) state.lastFailure = full
    },
    noteMoving: (records) => {
      state.moving += records
    },
    countDrained: (size, left) => {
      subtract(size)
      account.unaccounted += size.records - left
      state.moving = 0
      if (state.lastFailure === full) state.lastFailure = null
    },
    noteEmpty: () => {
      account.unaccounted += Math.max(0, state.records - damaged)
      damaged = 0
      Object.assign(state, { records: 0, moving: 0, bytes: 0, oldestReceivedAt: null })
    },
    setOldest: (receivedAt) => {
      state.oldestReceivedAt = receivedAt
    },
    setPassedBytes: (bytes) => {
      state.passedBytes = bytes
    },
    countSetAside: (hooks = 1) => {
      state.setAside += hooks
    },
    countDamaged: (hooks) => {
      damaged += hooks
      state.setAside += hooks
    },
  }
}

const createFailureMemory = (state: SpoolState) => {
  let timer: NodeJS.Timeout | undefined
  return (failure: string, forMs: number): void => {
    state.lastFailure = failure
    clearTimeout(timer)
    if (forMs === Number.POSITIVE_INFINITY) return
    timer = setTimeout(() => {
      if (state.lastFailure === failure) state.lastFailure = null
    }, forMs).unref()
  }
}
