import type { Hook } from '../hook.ts'
import {
  type FramePlace,
  type Header,
  headerBytes,
  headerCandidates,
  readHeader,
  readPayload,
} from './frame.ts'

/**
 * A stretch of a segment, from `start` to `end` in bytes. A torn stretch is a frame whose end is not in the
 * segment. A corrupt stretch has been damaged since it was written.
 */
export type Stretch = { start: number; end: number } & (
  | { kind: 'hook'; hook: Hook; place: FramePlace | undefined }
  | { kind: 'torn' | 'corrupt' }
)

export interface Parsed {
  stretches: Stretch[]
  /** Where the next piece must start. */
  next: number
  /** How many bytes the next piece must have at least. */
  needs: number
}

/**
 * Parses the frames in a piece of a segment. After damage it continues at the next valid header. It does not
 * believe the length of a damaged frame, because bytes may be missing in the middle of it.
 *
 * @param offset where the piece starts in its segment
 * @param isEnd whether the segment ends with this piece
 * @param mark of the segment, if it is known; after damage, only frames with this mark are read
 */
export const parseFrames = (piece: Buffer, offset: number, isEnd: boolean, mark?: number): Parsed => {
  const stretches: Stretch[] = []
  const marks = new Set(mark === undefined ? [] : [mark])
  let at = 0
  while (at < piece.length) {
    const found = parseAt({ piece, isEnd, marks }, at)
    if (found.kind === 'incomplete') return { stretches, next: offset + at, needs: found.needs }
    stretches.push({ ...found, start: offset + found.start, end: offset + found.end })
    if (found.kind === 'hook' && found.place !== undefined) marks.add(found.place.mark)
    at = found.end
  }
  return { stretches, next: offset + at, needs: headerBytes }
}

interface Piece {
  piece: Buffer
  isEnd: boolean
  marks: ReadonlySet<number>
}

/** The frame goes on after the piece. `needs` is the size of the frame as far as it is known. */
interface Incomplete {
  kind: 'incomplete'
  needs: number
}

/** @returns a stretch with offsets in the piece */
const parseAt = (source: Piece, at: number): Stretch | Incomplete => {
  const { piece, isEnd } = source
  const header = readHeader(piece, at)
  if (header === 'invalid') return { kind: 'corrupt', start: at, end: endOfCorruption(source, at) }
  if (header === 'incomplete')
    return isEnd ? endInside(source, at) : { kind: 'incomplete', needs: headerBytes }

  const end = at + header.payloadEnd
  if (end > piece.length) return isEnd ? endInside(source, at) : { kind: 'incomplete', needs: end - at }
  const hook = readPayload(piece.subarray(at + header.payloadStart, end), header.payloadCrc)
  if (hook !== undefined) return { kind: 'hook', hook, place: header.place, start: at, end }
  // The header after the damaged payload must be in the piece, too.
  if (!isEnd && end + headerBytes > piece.length) return { kind: 'incomplete', needs: end + headerBytes - at }
  return { kind: 'corrupt', start: at, end: endOfCorruption(source, at) }
}

/** The segment ends inside a frame. If other frames follow, bytes are missing in the middle of this one. */
const endInside = (source: Piece, at: number): Stretch => {
  const next = nextHeader(source, at)
  return next === undefined
    ? { kind: 'torn', start: at, end: source.piece.length }
    : { kind: 'corrupt', start: at, end: next }
}

/** @returns where the next valid header starts, or where to continue in the next piece */
const endOfCorruption = (source: Piece, at: number): number => {
  const next = nextHeader(source, at)
  if (next !== undefined) return next
  if (source.isEnd) return source.piece.length
  // The last bytes of the piece may be the beginning of a valid header.
  return Math.max(at + 1, source.piece.length - headerBytes + 1)
}

const nextHeader = ({ piece, marks }: Piece, at: number): number | undefined => {
  const isOurs = (header: Header) =>
    marks.size === 0 || (header.place !== undefined && marks.has(header.place.mark))
  return headerCandidates(piece, at).find((from) => {
    const header = readHeader(piece, from)
    return typeof header === 'object' && isOurs(header)
  })
}
