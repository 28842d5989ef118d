/**
 * What a power failure leaves of bytes that were not synced: the disk may have written none, a part or all of
 * them, or only reserved room for them.
 */
export type Remains = 'nothing' | 'half' | 'zeros' | 'everything'

export const operations = [
  'create',
  'append',
  'sync',
  'truncate',
  'remove',
  'setAside',
  'setSegmentAside',
  'writeNote',
  'read',
] as const
export type Operation = (typeof operations)[number]

export interface DiskSegment {
  bytes: Buffer
  /** How many bytes are certain to survive a power failure. */
  syncedBytes: number
  /** What is noted about the length of the segment. It is on disk only once the segment is closed. */
  length: { text: string; synced: string }
}

/** Everything about the disk that the operations of a process and the test share. */
export interface DiskState {
  segments: Map<string, DiskSegment>
  /** Segments that were deleted since the last power failure. */
  removed: Map<string, DiskSegment>
  aside: Map<string, Buffer>
  note: string | undefined
  noteAtLastCrash: string | undefined
  damages: { segment: string; from: number; to: number }[]
  /** Failures that were requested and have not happened yet. */
  failures: { operation: Operation; code: string }[]
  /** A power failure that was requested for one of the next changes. */
  plannedCrash: { afterChanges: number; remains: Remains } | undefined
  /** The process that is alive. Operations of earlier ones have no effect. */
  process: number
  crashes: number
  calls: string[]
}

export const createDiskState = (): DiskState => ({
  segments: new Map(),
  removed: new Map(),
  aside: new Map(),
  note: undefined,
  noteAtLastCrash: undefined,
  damages: [],
  failures: [],
  plannedCrash: undefined,
  process: 0,
  crashes: 0,
  calls: [],
})

/** The power fails. @param doesNoteRevert whether the disk still has the note of the last power failure */
export const crash = (disk: DiskState, remains: Remains, doesNoteRevert: boolean): void => {
  disk.process += 1
  disk.crashes += 1
  disk.plannedCrash = undefined
  disk.failures = []
  for (const segment of disk.segments.values()) loseUnsynced(segment, remains)
  // The folder was not synced after the deletions, so the deleted files may be back.
  if (remains !== 'everything') for (const [name, segment] of disk.removed) disk.segments.set(name, segment)
  disk.removed.clear()
  if (doesNoteRevert) disk.note = disk.noteAtLastCrash
  disk.noteAtLastCrash = disk.note
}

const loseUnsynced = (segment: DiskSegment, remains: Remains): void => {
  const unsynced = segment.bytes.subarray(segment.syncedBytes)
  const left = {
    nothing: unsynced.subarray(0, 0),
    half: unsynced.subarray(0, Math.floor(unsynced.length / 2)),
    zeros: Buffer.alloc(unsynced.length),
    everything: unsynced,
  }[remains]
  segment.bytes = Buffer.concat([segment.bytes.subarray(0, segment.syncedBytes), left])
  segment.syncedBytes = segment.bytes.length
  const { text, synced } = segment.length
  const length = { nothing: synced, half: synced, zeros: '\0'.repeat(text.length), everything: text }[remains]
  segment.length = { text: length, synced: length }
}
