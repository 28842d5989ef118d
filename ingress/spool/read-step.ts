import type { DurableSegments } from './durable-segments.ts'
import {
  type Account,
  countMissingAtEnd,
  hasOtherMark,
  type JudgedStretch,
  judgeStretches,
} from './find-missing.ts'
import { parseFrames } from './parse-frames.ts'
import type { ReadPiece } from './piece-reader.ts'
import { type Position, placeAt } from './position.ts'
import { endOfDamage } from './read-around.ts'
import { readLength, type SegmentLength } from './segment-length.ts'
import type { SpoolFolder } from './spool-folder.ts'

export interface ReaderParts {
  folder: SpoolFolder
  segments: DurableSegments
  /** The marks of the segments that have been read. */
  marks: ReadonlySet<number>
  readPiece: ReadPiece
}

/** What reading at one place led to. */
export type Step =
  | { kind: 'found'; stretches: JudgedStretch[]; account: Account }
  | { kind: 'incomplete frame'; neededBytes: number }
  | { kind: 'end of segment' }
  /** More may still be written to this segment. */
  | { kind: 'end of durable bytes' }

const maxStretches = 500

/** Reads about `bytes` bytes at one place. */
export const readStep = async (parts: ReaderParts, place: Position, bytes: number): Promise<Step> => {
  const { folder, segments, readPiece } = parts
  const { segment, at, account } = place
  // A segment that is closed during this step may have grown since its size was read.
  const wasLive = segments.isBeingWritten(segment)
  const length = await readLength(folder, segment)
  const size = await segments.size(segment)
  const isLive = wasLive || segments.isBeingWritten(segment)
  if (at >= size) return isLive ? { kind: 'end of durable bytes' } : addMissing(parts, place, length, [])

  const wantedBytes = Math.min(bytes, size - at)
  const piece = await readPiece(segment, at, wantedBytes)
  // The durable bytes of a segment end with a whole frame, also while it is being written.
  const isEndReached = at + piece.length >= size
  const parsed = parseFrames(piece, at, isEndReached, length?.mark)
  // The bytes of a hook that was never acknowledged: the process died, or the disk failed, before the sync.
  const isTorn = (start: number) =>
    !isLive && length !== undefined && !hasOtherMark(account, length) && start >= length.bytes
  if (parsed.stretches.length > 0) {
    const judged = judgeStretches(parsed.stretches.slice(0, maxStretches), account, isTorn)
    const end = judged.stretches.at(-1)?.end ?? at
    if (isLive || end < size) return { kind: 'found', ...judged }
    return addMissing(parts, { segment, at: end, account: judged.account }, length, judged.stretches)
  }
  if (piece.length < wantedBytes) {
    const end = await endOfDamage(folder, segment, at + piece.length, size)
    return { kind: 'found', ...judgeStretches([{ kind: 'unreadable', start: at, end }], account, isTorn) }
  }
  return { kind: 'incomplete frame', neededBytes: parsed.needs }
}

/**
 * Reports the hooks that a segment held and does not contain any more.
 *
 * @param place the end of the segment
 * @param before stretches before this place, which are returned with it
 */
const addMissing = async (
  parts: ReaderParts,
  place: Position,
  length: SegmentLength | undefined,
  before: readonly JudgedStretch[],
): Promise<Step> => {
  const hooks = await countLost(parts, place, length)
  if (hooks === 0)
    return before.length === 0
      ? { kind: 'end of segment' }
      : { kind: 'found', stretches: [...before], account: place.account }
  const missing: JudgedStretch = { kind: 'missing', start: place.at, end: place.at, hooks }
  return { kind: 'found', stretches: [...before, missing], account: { ...place.account, isSettled: true } }
}

/** Whether nothing of the segment is left to read or to report. */
export const isReadToEnd = async (parts: ReaderParts, place: Position): Promise<boolean> => {
  if (place.at < (await parts.segments.size(place.segment))) return false
  return (await countLost(parts, place, await readLength(parts.folder, place.segment))) === 0
}

/** As `countMissingAtEnd`, but hooks that are in a segment with another name are not lost. */
export const countLost = async (
  { folder, marks }: Pick<ReaderParts, 'folder' | 'marks'>,
  { segment, account }: Pick<Position, 'segment' | 'account'>,
  length: SegmentLength | undefined,
): Promise<number> => {
  const missing = countMissingAtEnd(account, length)
  if (missing === 0 || length?.mark === undefined || account.mark === length.mark) return missing
  if (marks.has(length.mark)) return 0
  for (const other of await folder.segments())
    if (other !== segment && (await placeAt(folder, other, 0))?.mark === length.mark) return 0
  return missing
}
