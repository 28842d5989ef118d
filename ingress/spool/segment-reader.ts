import { createDurableSegments, type DurableSegments } from './durable-segments.ts'
import type { JudgedStretch } from './find-missing.ts'
import { createPieceReader } from './piece-reader.ts'
import { type Position, startOf, writePosition } from './position.ts'
import { isReadToEnd, type ReaderParts, readStep } from './read-step.ts'
import type { SegmentWriter } from './segment-writer.ts'
import type { SpoolFolder } from './spool-folder.ts'

export interface SegmentReader {
  /**
   * The next stretches, up to about a megabyte; none if everything that is durable has been read. Does not
   * move.
   *
   * @throws Error if the disk cannot be read. A place that stays unreadable is returned as a stretch in the
   *   end.
   */
  peek(): Promise<Peeked>
  /** Moves past the stretches of the last `peek`. @returns the number of bytes passed */
  advance(): Promise<number>
  /** Size of what has been passed but is still on disk, because its segment is. */
  passedBytes(): number
  /** Deletes the segments that have been read to their end. */
  tidy(): Promise<void>
}

export interface Peeked {
  segment: string
  stretches: readonly JudgedStretch[]
}

/** How much is read at once, in bytes. */
const pieceBytes = 1024 * 1024

/**
 * Reads segments one after the other.
 *
 * @param maxFailures how often in a row the disk may fail to read before the unreadable bytes are skipped
 * @param writer of the same segments; undefined if nobody writes
 */
export const createSegmentReader = (
  folder: SpoolFolder,
  start: Position | undefined,
  maxFailures: number,
  writer?: Pick<SegmentWriter, 'position' | 'endOf'>,
): SegmentReader => {
  const segments = createDurableSegments(folder, writer)
  const marks = new Set<number>()
  const parts = { folder, segments, marks, readPiece: createPieceReader(folder, maxFailures) }
  let position = start
  let peeked: { bytes: number; end: Position } | undefined

  return {
    peek: async () => {
      peeked = undefined
      const first = position ?? (await firstPosition(segments))
      const found = first === undefined ? undefined : await findStretches(parts, first)
      if (found === undefined) return { segment: '', stretches: [] }
      const { place, end, stretches } = found
      peeked = { bytes: end.at - place.at, end }
      return { segment: place.segment, stretches }
    },
    advance: async () => {
      if (peeked === undefined) return 0
      const { bytes, end } = peeked
      position = end
      peeked = undefined
      if (end.account.mark !== undefined) marks.add(end.account.mark)
      await writePosition(folder, end)
      return bytes
    },
    passedBytes: () => position?.at ?? 0,
    tidy: async () => {
      if (position === undefined) return
      for (const segment of await folder.segments()) {
        const isOlder = position !== undefined && segment < position.segment
        const isFinished = segment === position?.segment && (await isReadToEnd(parts, position))
        if (!(isOlder || isFinished) || segments.isBeingWritten(segment)) continue
        await folder.remove(segment)
        if (isFinished) position = undefined
      }
    },
  }
}

const firstPosition = async (segments: DurableSegments, after?: string): Promise<Position | undefined> => {
  const segment = await segments.next(after)
  return segment === undefined ? undefined : startOf(segment)
}

interface Found {
  place: Position
  stretches: readonly JudgedStretch[]
  end: Position
}

/** @returns undefined if everything that is durable has been read */
const findStretches = async (parts: ReaderParts, first: Position): Promise<Found | undefined> => {
  let place = first
  let bytes = pieceBytes
  for (;;) {
    const step = await readStep(parts, place, bytes)
    switch (step.kind) {
      case 'found': {
        const { stretches, account } = step
        const end = { segment: place.segment, at: stretches.at(-1)?.end ?? place.at, account }
        return { place, stretches, end }
      }
      case 'incomplete frame':
        bytes = Math.max(step.neededBytes, pieceBytes)
        break
      case 'end of segment': {
        const next = await firstPosition(parts.segments, place.segment)
        if (next === undefined) return undefined
        place = next
        break
      }
      case 'end of durable bytes':
        return undefined
    }
  }
}
