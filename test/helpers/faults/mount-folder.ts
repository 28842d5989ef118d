import type { SegmentFile } from '../../../ingress/spool/segment-file.ts'
import type { SpoolFolder } from '../../../ingress/spool/spool-folder.ts'
import { crash, type DiskSegment, type DiskState, type Operation } from './disk-state.ts'

/** How an operation ends: completely, or in the middle because the power or the disk fails. */
type Extent = 'complete' | 'half'

/** Starts a process that uses the disk. */
export const mountFolder = (disk: DiskState): SpoolFolder => {
  disk.process += 1
  const change = createChange(disk, disk.process)
  const assertAlive = createAssertAlive(disk, disk.process)
  const segmentOf = (name: string) => segmentIn(disk, name)
  return {
    segments: async () => {
      await assertAlive()
      return [...disk.segments.keys()].sort()
    },
    create: async (name) => {
      await change('create', name, (extent) => {
        if (disk.segments.has(name)) throw new Error(`EEXIST: ${name}`)
        if (extent === 'complete') disk.segments.set(name, emptySegment())
      })
      return segmentFile(disk, name, change, assertAlive)
    },
    size: async (name) => {
      await assertAlive()
      return segmentOf(name).bytes.length
    },
    readLength: async (name) => {
      await assertAlive()
      return disk.segments.get(name)?.length.text
    },
    read: async (name, at, bytes) => {
      await change('read', name, () => {})
      const isDamaged = disk.damages.some(
        ({ segment, from, to }) => segment === name && from < at + bytes && at < to,
      )
      if (isDamaged) throw errorOf('EIO', 'damaged')
      return Buffer.from(segmentOf(name).bytes.subarray(at, at + bytes))
    },
    truncate: (name, size) =>
      change('truncate', name, (extent) => {
        const segment = segmentOf(name)
        if (extent === 'complete') segment.bytes = segment.bytes.subarray(0, size)
        segment.syncedBytes = Math.min(segment.syncedBytes, size)
      }),
    remove: (name) =>
      change('remove', name, (extent) => {
        const segment = segmentOf(name)
        if (extent === 'half') return
        disk.removed.set(name, segment)
        disk.segments.delete(name)
      }),
    ...notes(disk, change, assertAlive),
    close: assertAlive,
  }
}

/** What a process keeps beside the segments. */
const notes = (
  disk: DiskState,
  change: Change,
  assertAlive: () => Promise<void>,
): Pick<SpoolFolder, 'setAside' | 'setSegmentAside' | 'readNote' | 'writeNote'> => ({
  setAside: (name, bytes) =>
    change('setAside', name, (extent) => {
      if (extent === 'complete') disk.aside.set(name, Buffer.from(bytes))
    }),
  setSegmentAside: (name) =>
    change('setSegmentAside', name, (extent) => {
      if (extent === 'complete') disk.aside.set(name, Buffer.from(segmentIn(disk, name).bytes))
    }),
  readNote: async () => {
    await assertAlive()
    return disk.note
  },
  writeNote: (text) =>
    change('writeNote', '', (extent) => {
      if (extent === 'complete') disk.note = text
    }),
})

const segmentFile = (
  disk: DiskState,
  name: string,
  change: Change,
  assertAlive: () => Promise<void>,
): SegmentFile => ({
  append: (buffers) =>
    change('append', name, (extent) => {
      const bytes = Buffer.concat(buffers)
      const written = extent === 'half' ? bytes.subarray(0, bytes.length / 2) : bytes
      const segment = segmentIn(disk, name)
      segment.bytes = Buffer.concat([segment.bytes, written])
    }),
  sync: () =>
    change('sync', name, (extent) => {
      const segment = segmentIn(disk, name)
      if (extent === 'complete') segment.syncedBytes = segment.bytes.length
    }),
  writeLength: async (text) => {
    await assertAlive()
    segmentIn(disk, name).length.text = text
  },
  close: async () => {
    await assertAlive()
    const length = disk.segments.get(name)?.length
    if (length !== undefined) length.synced = length.text
  },
})

const emptySegment = (): DiskSegment => ({
  bytes: Buffer.alloc(0),
  syncedBytes: 0,
  length: { text: '', synced: '' },
})

type Change = (operation: Operation, name: string, effect: (extent: Extent) => void) => Promise<void>

/** Runs the effect of an operation, unless the power or the disk is to fail now. */
const createChange = (disk: DiskState, process: number): Change => {
  const assertAlive = createAssertAlive(disk, process)
  return async (operation, name, effect) => {
    await assertAlive()
    if (disk.plannedCrash !== undefined) {
      disk.plannedCrash.afterChanges -= 1
      const { afterChanges, remains } = disk.plannedCrash
      if (afterChanges <= 0) {
        effect('half')
        crash(disk, remains, false)
        throw new Error('this process is dead')
      }
    }
    const index = disk.failures.findIndex((failure) => failure.operation === operation)
    const [failure] = index < 0 ? [] : disk.failures.splice(index, 1)
    if (failure === undefined) {
      disk.calls.push(`${operation} ${name}`.trim())
      return effect('complete')
    }
    if (operation === 'append') effect('half')
    throw errorOf(failure.code, operation)
  }
}

const createAssertAlive = (disk: DiskState, process: number) => async (): Promise<void> => {
  // Real operations take at least one turn, too.
  await undefined
  if (disk.process !== process) throw new Error('this process is dead')
}

const segmentIn = (disk: DiskState, name: string): DiskSegment => {
  const segment = disk.segments.get(name)
  if (segment === undefined) throw errorOf('ENOENT', name)
  return segment
}

const errorOf = (code: string, text: string): Error => Object.assign(new Error(`${code}: ${text}`), { code })
