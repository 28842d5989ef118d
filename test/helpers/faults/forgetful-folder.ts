import type { SegmentFile, SpoolFolder } from '../../../ingress/spool/spool-folder.ts'

/** What of unsynced bytes a power failure leaves: the disk may have written them, a part of them, or only made room. */
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

interface Segment {
  bytes: Buffer
  /** How much of it is certain to be there after a power failure. */
  synced: number
}

/** A disk that forgets what was not synced, and fails where it is told to. */
export interface ForgetfulDisk {
  /** A process' view of the disk; the one before it, if any, is dead. */
  mount(): SpoolFolder
  /** The power fails: nothing the process does from now on has an effect. */
  crash(remains?: Remains, doesNoteRevert?: boolean): void
  /** The power fails in the middle of the n-th change from now; 1 is the next one. */
  crashAt(change: number, remains?: Remains): void
  /** The next calls of an operation fail; half of what an `append` was to write is written then. */
  fail(operation: Operation, code: 'ENOSPC' | 'EIO', times?: number): void
  /** From now on these bytes of a segment cannot be read. */
  damage(segment: string, from: number, to: number): void
  /** Every failure that was asked for and has not happened is called off. */
  heal(): void
  /** What is on the disk now, by name; a test may change the bytes. */
  readonly segments: ReadonlyMap<string, { bytes: Buffer }>
  readonly aside: ReadonlyMap<string, Buffer>
  readonly crashes: number
  /** Calls that had an effect, in order. */
  readonly calls: readonly string[]
  bytesOnDisk(): number
}

export const createForgetfulDisk = (): ForgetfulDisk => {
  const segments = new Map<string, Segment>()
  const removed = new Map<string, Segment>()
  const aside = new Map<string, Buffer>()
  const damages: { segment: string; from: number; to: number }[] = []
  const calls: string[] = []
  let note: string | undefined
  let noteBefore: string | undefined
  let failures: { operation: Operation; code: string }[] = []
  let crashing: { in: number; remains: Remains } | undefined
  let life = 0
  let crashes = 0

  const crash = (remains: Remains = 'nothing', doesNoteRevert = false) => {
    life += 1
    crashes += 1
    crashing = undefined
    failures = []
    for (const segment of segments.values()) {
      const unsynced = segment.bytes.subarray(segment.synced)
      const kept = {
        nothing: 0,
        half: Math.floor(unsynced.length / 2),
        zeros: unsynced.length,
        everything: unsynced.length,
      }[remains]
      const left = remains === 'zeros' ? Buffer.alloc(kept) : unsynced.subarray(0, kept)
      segment.bytes = Buffer.concat([segment.bytes.subarray(0, segment.synced), left])
      segment.synced = segment.bytes.length
    }
    // A deleted name comes back where the folder was not synced.
    if (remains !== 'everything') for (const [name, segment] of removed) segments.set(name, segment)
    removed.clear()
    if (doesNoteRevert) note = noteBefore
    noteBefore = note
  }

  const mount = (): SpoolFolder => {
    life += 1
    const mine = life
    const live = async () => {
      await undefined
      if (mine !== life) throw new Error('this process is dead')
    }
    /** @param effect what the operation does; `half` where the power or the disk fails in its middle */
    const change = async (operation: Operation, name: string, effect: (half: boolean) => void) => {
      await live()
      if (crashing !== undefined && --crashing.in <= 0) {
        const { remains } = crashing
        effect(true)
        crash(remains)
        throw new Error('this process is dead')
      }
      const index = failures.findIndex((failure) => failure.operation === operation)
      const [failure] = index < 0 ? [] : failures.splice(index, 1)
      if (failure === undefined) {
        calls.push(`${operation} ${name}`.trim())
        return effect(false)
      }
      if (operation === 'append') effect(true)
      throw Object.assign(new Error(`${failure.code}: ${operation}`), { code: failure.code })
    }
    const segmentOf = (name: string): Segment => {
      const segment = segments.get(name)
      if (segment === undefined) throw Object.assign(new Error(`ENOENT: ${name}`), { code: 'ENOENT' })
      return segment
    }
    const fileOf = (name: string): SegmentFile => ({
      append: (buffers) =>
        change('append', name, (half) => {
          const bytes = Buffer.concat(buffers)
          const segment = segmentOf(name)
          segment.bytes = Buffer.concat([segment.bytes, half ? bytes.subarray(0, bytes.length / 2) : bytes])
        }),
      sync: () =>
        change('sync', name, (half) => {
          if (!half) segmentOf(name).synced = segmentOf(name).bytes.length
        }),
      close: live,
    })
    return {
      segments: async () => {
        await live()
        return [...segments.keys()].sort()
      },
      create: async (name) => {
        await change('create', name, (half) => {
          if (segments.has(name)) throw new Error(`EEXIST: ${name}`)
          if (!half) segments.set(name, { bytes: Buffer.alloc(0), synced: 0 })
        })
        return fileOf(name)
      },
      size: async (name) => {
        await live()
        return segmentOf(name).bytes.length
      },
      read: async (name, at, bytes) => {
        await change('read', name, () => {})
        const isDamaged = damages.some(
          ({ segment, from, to }) => segment === name && from < at + bytes && at < to,
        )
        if (isDamaged) throw Object.assign(new Error('EIO: damaged'), { code: 'EIO' })
        return Buffer.from(segmentOf(name).bytes.subarray(at, at + bytes))
      },
      truncate: (name, size) =>
        change('truncate', name, (half) => {
          const segment = segmentOf(name)
          if (!half) segment.bytes = segment.bytes.subarray(0, size)
          segment.synced = Math.min(segment.synced, size)
        }),
      remove: (name) =>
        change('remove', name, (half) => {
          const segment = segmentOf(name)
          if (half) return
          removed.set(name, segment)
          segments.delete(name)
        }),
      setAside: (name, bytes) =>
        change('setAside', name, (half) => void (half || aside.set(name, Buffer.from(bytes)))),
      setSegmentAside: (name) =>
        change(
          'setSegmentAside',
          name,
          (half) => void (half || aside.set(name, Buffer.from(segmentOf(name).bytes))),
        ),
      readNote: async () => {
        await live()
        return note
      },
      writeNote: (text) =>
        change('writeNote', '', (half) => {
          if (!half) note = text
        }),
      close: live,
    }
  }

  return {
    mount,
    crash,
    crashAt: (at, remains = 'nothing') => {
      crashing = { in: at, remains }
    },
    fail: (operation, code, times = 1) =>
      void failures.push(...Array.from({ length: times }, () => ({ operation, code }))),
    damage: (segment, from, to) => void damages.push({ segment, from, to }),
    heal: () => {
      failures = []
      crashing = undefined
    },
    segments,
    aside,
    get crashes() {
      return crashes
    },
    calls,
    bytesOnDisk: () => [...segments.values()].reduce((sum, { bytes }) => sum + bytes.length, 0),
  }
}
