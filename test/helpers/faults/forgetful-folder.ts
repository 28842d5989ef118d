import type { SpoolFolder } from '../../../ingress/spool/spool-folder.ts'
import { crash, createDiskState, type Operation, type Remains } from './disk-state.ts'
import { mountFolder } from './mount-folder.ts'

export { type Operation, operations, type Remains } from './disk-state.ts'

/** A disk in memory that loses what was not synced, and that fails when the test says so. */
export interface ForgetfulDisk {
  /** Starts a process that uses the disk. The process before it is dead. */
  mount(): SpoolFolder
  /** The power fails. Nothing that the process does from now on has an effect. */
  crash(remains?: Remains, doesNoteRevert?: boolean): void
  /** The power fails in the middle of the n-th change from now on; 1 is the next change. */
  crashAt(change: number, remains?: Remains): void
  /** The next calls of an operation fail. An `append` that fails writes half of its bytes. */
  fail(operation: Operation, code: 'ENOSPC' | 'EIO', times?: number): void
  /** From now on these bytes of a segment cannot be read. */
  damage(segment: string, from: number, to: number): void
  /** Cancels all failures that have not happened yet. */
  heal(): void
  /** The segments on the disk, by name. A test may change their bytes. */
  readonly segments: ReadonlyMap<string, { bytes: Buffer }>
  readonly aside: ReadonlyMap<string, Buffer>
  readonly crashes: number
  /** The calls that had an effect, in order. */
  readonly calls: readonly string[]
  bytesOnDisk(): number
}

export const createForgetfulDisk = (): ForgetfulDisk => {
  const disk = createDiskState()
  return {
    mount: () => mountFolder(disk),
    crash: (remains = 'nothing', doesNoteRevert = false) => crash(disk, remains, doesNoteRevert),
    crashAt: (change, remains = 'nothing') => {
      disk.plannedCrash = { afterChanges: change, remains }
    },
    fail: (operation, code, times = 1) =>
      void disk.failures.push(...Array.from({ length: times }, () => ({ operation, code }))),
    damage: (segment, from, to) => void disk.damages.push({ segment, from, to }),
    heal: () => {
      disk.failures = []
      disk.plannedCrash = undefined
    },
    segments: disk.segments,
    aside: disk.aside,
    get crashes() {
      return disk.crashes
    },
    calls: disk.calls,
    bytesOnDisk: () => [...disk.segments.values()].reduce((sum, { bytes }) => sum + bytes.length, 0),
  }
}
