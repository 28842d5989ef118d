import { createDurableSegments, type DurableSegments } from './durable-segments.ts'
import { parseFrames, type Stretch } from './frame.ts'
import { createPieceReader, type ReadPiece } from './piece-reader.ts'
import { type Position, writePosition } from './position.ts'
import { endOfDamage } from './read-around.ts'
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
  stretches: readonly (Stretch | UnreadableStretch)[]
}

/** Bytes that the disk does not return, with the beginning of the hook before them. */
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
  const parts = { folder, segments, readPiece: createPieceReader(folder, maxFailures) }
  let position = start
  let peeked: { bytes: number; end: Position } | undefined

  return {
    peek: async () => {
      peeked = undefined
      const first = position ?? startOf(await segments.next())
      const found = first === undefined ? undefined : await findStretches(parts, first)
      const last = found?.stretches.at(-1)
      if (found === undefined || last === undefined) return { segment: '', stretches: [] }
      const { segment, start, stretches } = found
      peeked = { bytes: last.end - start, end: { segment, at: last.end } }
      return { segment, stretches }
    },
    advance: async () => {
      if (peeked === undefined) return 0
      const { bytes, end } = peeked
      position = end
      peeked = undefined
      await writePosition(folder, end)
      return bytes
    },
    passedBytes: () => position?.at ?? 0,
    tidy: async () => {
      if (position === undefined) return
      for (const segment of await folder.segments()) {
        const isOlder = position !== undefined && segment < position.segment
        const isFinished = segment === position?.segment && position.at >= (await segments.size(segment))
        if (!(isOlder || isFinished) || segments.isBeingWritten(segment)) continue
        await folder.remove(segment)
        if (isFinished) position = undefined
      }
    },
  }
}

const startOf = (segment: string | undefined): Position | undefined =>
  segment === undefined ? undefined : { segment, at: 0 }

interface Parts {
  folder: SpoolFolder
  segments: DurableSegments
  readPiece: ReadPiece
}

interface Found extends Peeked {
  /** Where the first stretch starts. */
  start: number
}

/** What reading at one place led to. */
type Step =
  | { kind: 'found'; stretches: Peeked['stretches'] }
  | { kind: 'incomplete frame'; neededBytes: number }
  | { kind: 'end of segment' }
  /** More may still be written to this segment. */
  | { kind: 'end of durable bytes' }

/** @returns undefined if everything that is durable has been read */
const findStretches = async (parts: Parts, first: Position): Promise<Found | undefined> => {
  let place = first
  let bytes = pieceBytes
  for (;;) {
    const step = await readStep(parts, place, bytes)
    switch (step.kind) {
      case 'found':
        return { segment: place.segment, start: place.at, stretches: step.stretches }
      case 'incomplete frame':
        bytes = Math.max(step.neededBytes, pieceBytes)
        break
      case 'end of segment': {
        const next = startOf(await parts.segments.next(place.segment))
        if (next === undefined) return undefined
        place = next
        break
      }
      case 'end of durable bytes':
        return undefined
    }
  }
}

const readStep = async (
  { folder, segments, readPiece }: Parts,
  { segment, at }: Position,
  bytes: number,
): Promise<Step> => {
  const size = await segments.size(segment)
  if (at >= size)
    return { kind: segments.isBeingWritten(segment) ? 'end of durable bytes' : 'end of segment' }
  const wantedBytes = Math.min(bytes, size - at)
  const piece = await readPiece(segment, at, wantedBytes)
  const isEndReached = at + piece.length >= size
  const parsed = parseFrames(piece, at, isEndReached && !segments.isBeingWritten(segment))
  if (parsed.stretches.length > 0)
    return { kind: 'found', stretches: parsed.stretches.slice(0, maxStretches) }
  if (piece.length < wantedBytes) {
    const end = await endOfDamage(folder, segment, at + piece.length, size)
    return { kind: 'found', stretches: [{ kind: 'unreadable', start: at, end }] }
  }
  if (isEndReached) return { kind: 'end of durable bytes' }
  return { kind: 'incomplete frame', neededBytes: parsed.needs }
}
