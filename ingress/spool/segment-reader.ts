import { parseFrames, type Stretch } from './frame.ts'
import { endOfDamage, isUnreadable, readUpToDamage } from './read-around.ts'
import type { SegmentWriter } from './segment-writer.ts'
import type { SpoolFolder } from './spool-folder.ts'

export interface SegmentReader {
  /**
   * The next stretches, up to about a megabyte; empty where everything durable has been read. Does not move.
   *
   * @throws Error where the disk cannot be read; a place that stays unreadable is a stretch of its own in the end
   */
  peek(): Promise<{ segment: string; stretches: readonly (Stretch | UnreadableStretch)[] }>
  /** Moves behind what was last peeked. @returns the bytes passed */
  advance(): Promise<number>
  /** Bytes that have been passed and are still on disk, since their segment is. */
  passedBytes(): number
  /** Removes the segments that have been read to their end. */
  tidy(): Promise<void>
}

/** What the disk does not give back, and what is left of a hook in front of it. */
export interface UnreadableStretch {
  kind: 'unreadable'
  start: number
  end: number
}

const pieceBytes = 1024 * 1024
const maxStretches = 500

/**
 * Reads segments one after the other.
 *
 * @param patience how often in a row the disk may fail to read before what it does not give is passed over
 * @param writer of the same segments; undefined where nobody writes
 */
export const createSegmentReader = (
  folder: SpoolFolder,
  start: Position | undefined,
  patience: number,
  writer?: Pick<SegmentWriter, 'position' | 'endOf'>,
): SegmentReader => {
  let position = start
  let failures = 0
  let peeked: { bytes: number; end: Position } | undefined

  const beginningAfter = async (segment: string | undefined): Promise<Position | undefined> => {
    const next = (await folder.segments()).find((candidate) => segment === undefined || candidate > segment)
    return next === undefined ? undefined : { segment: next, at: 0 }
  }

  const durableSize = async (segment: string): Promise<number> =>
    writer?.endOf(segment) ?? folder.size(segment)

  const isBeingWritten = (segment: string) => writer?.position()?.segment === segment

  /** Fewer bytes than asked for where the disk does not give the rest. */
  const read = async (segment: string, at: number, bytes: number): Promise<Buffer> => {
    try {
      const piece = await folder.read(segment, at, bytes)
      failures = 0
      return piece
    } catch (error) {
      failures += 1
      if (!isUnreadable(error) || failures <= patience) throw error
      return readUpToDamage(folder, segment, at, bytes)
    }
  }

  return {
    peek: async () => {
      peeked = undefined
      let place = position
      let needs = pieceBytes
      for (;;) {
        place ??= await beginningAfter(undefined)
        if (place === undefined) return { segment: '', stretches: [] }
        const { segment, at }: Position = place
        const size = await durableSize(segment)
        if (at >= size) {
          const next = isBeingWritten(segment) ? undefined : await beginningAfter(segment)
          if (next === undefined) return { segment, stretches: [] }
          place = next
          continue
        }
        const wanted = Math.min(Math.max(needs, pieceBytes), size - at)
        const piece = await read(segment, at, wanted)
        const reachesEnd = at + piece.length >= size
        const parsed = parseFrames(piece, at, reachesEnd && !isBeingWritten(segment))
        const stretches = parsed.stretches.slice(0, maxStretches)
        const last = stretches.at(-1)
        if (last !== undefined) {
          peeked = { bytes: last.end - at, end: { segment, at: last.end } }
          return { segment, stretches }
        }
        if (piece.length < wanted) {
          const end = await endOfDamage(folder, segment, at + piece.length, size)
          peeked = { bytes: end - at, end: { segment, at: end } }
          return { segment, stretches: [{ kind: 'unreadable', start: at, end }] }
        }
        if (reachesEnd) return { segment, stretches: [] }
        needs = parsed.needs
      }
    },
    advance: async () => {
      if (peeked === undefined) return 0
      const { bytes, end } = peeked
      position = end
      peeked = undefined
      // On a full disk the old note stays: after a restart hooks come twice, which beats a spool that is never emptied.
      await folder.writeNote(JSON.stringify(position)).catch(() => undefined)
      return bytes
    },
    passedBytes: () => position?.at ?? 0,
    tidy: async () => {
      if (position === undefined) return
      for (const segment of await folder.segments()) {
        const isOlder = position !== undefined && segment < position.segment
        const isThrough = segment === position?.segment && position.at >= (await durableSize(segment))
        if (!(isOlder || isThrough) || isBeingWritten(segment)) continue
        await folder.remove(segment)
        if (isThrough) position = undefined
      }
    },
  }
}

export interface Position {
  segment: string
  at: number
}

/** Where an earlier process had got to, be it in a segment that is gone. The note may be older than the truth, never newer: hooks may come twice. */
export const readPosition = async (folder: SpoolFolder): Promise<Position | undefined> => {
  try {
    const { segment, at } = JSON.parse((await folder.readNote()) ?? '') as Partial<Position>
    return typeof segment === 'string' && Number.isSafeInteger(at) && Number(at) >= 0
      ? { segment, at: Number(at) }
      : undefined
  } catch {
    return undefined
  }
}
