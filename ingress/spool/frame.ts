import { crc32 } from 'node:zlib'
import type { Hook } from '../hook.ts'

// The frame of a hook on disk:
//   magic | payload length | CRC-32 of the payload | CRC-32 of these twelve bytes | payload
// The payload:
//   length of the head | head: the hook without its body, in JSON | body
// Each number is an unsigned integer of 32 bits, big endian.
const magic = Buffer.from('GKB1')
const headerBytes = 16

/** Encodes a hook. @returns the frame in pieces, so that a large body is not copied */
export const encodeFrame = ({ body, ...head }: Hook): Buffer[] => {
  const headJson = Buffer.from(JSON.stringify(head))
  const prefix = Buffer.allocUnsafe(headerBytes + 4)
  prefix.writeUInt32BE(headJson.length, headerBytes)
  const payloadLength = 4 + headJson.length + body.length
  const payloadCrc = crc32(body, crc32(headJson, crc32(prefix.subarray(headerBytes))))
  magic.copy(prefix)
  prefix.writeUInt32BE(payloadLength, 4)
  prefix.writeUInt32BE(payloadCrc, 8)
  prefix.writeUInt32BE(crc32(prefix.subarray(0, 12)), 12)
  return [prefix, headJson, body]
}

/**
 * A stretch of a segment, from `start` to `end` in bytes. A torn stretch was being written when the process
 * died; its hook was never acknowledged. A corrupt stretch was written completely and has been damaged
 * since.
 */
export type Stretch = { start: number; end: number } & (
  | { kind: 'hook'; hook: Hook }
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
 * Parses the frames in a piece of a segment. After damage it continues at the next valid header.
 *
 * @param offset where the piece starts in its segment
 * @param isEnd whether the segment ends with this piece
 */
export const parseFrames = (piece: Buffer, offset: number, isEnd: boolean): Parsed => {
  const stretches: Stretch[] = []
  let at = 0
  while (at < piece.length) {
    const found = parseAt(piece, at, isEnd)
    if (found.kind === 'incomplete') return { stretches, next: offset + at, needs: found.needs }
    stretches.push({ ...found, start: offset + found.start, end: offset + found.end })
    at = found.end
  }
  return { stretches, next: offset + at, needs: headerBytes }
}

/** The frame goes on after the piece. `needs` is the size of the frame as far as it is known. */
interface Incomplete {
  kind: 'incomplete'
  needs: number
}

/** @returns a stretch with offsets in the piece */
const parseAt = (piece: Buffer, at: number, isEnd: boolean): Stretch | Incomplete => {
  const torn: Stretch = { kind: 'torn', start: at, end: piece.length }
  const header = readHeader(piece, at)
  if (header === 'incomplete') return isEnd ? torn : { kind: 'incomplete', needs: headerBytes }
  if (header === 'invalid') return { kind: 'corrupt', start: at, end: endOfCorruption(piece, at, isEnd) }

  const end = at + headerBytes + header.payloadLength
  if (end > piece.length) return isEnd ? torn : { kind: 'incomplete', needs: end - at }
  const hook = readPayload(piece.subarray(at + headerBytes, end), header.payloadCrc)
  return hook === undefined ? { kind: 'corrupt', start: at, end } : { kind: 'hook', hook, start: at, end }
}

interface Header {
  payloadLength: number
  payloadCrc: number
}

const readHeader = (piece: Buffer, at: number): Header | 'incomplete' | 'invalid' => {
  if (piece.length - at < headerBytes) return 'incomplete'
  const header = piece.subarray(at, at + headerBytes)
  if (!header.subarray(0, magic.length).equals(magic)) return 'invalid'
  if (crc32(header.subarray(0, 12)) !== header.readUInt32BE(12)) return 'invalid'
  return { payloadLength: header.readUInt32BE(4), payloadCrc: header.readUInt32BE(8) }
}

/** @returns where the next valid header starts, or where to continue in the next piece */
const endOfCorruption = (piece: Buffer, at: number, isEnd: boolean): number => {
  for (let from = piece.indexOf(magic, at + 1); from >= 0; from = piece.indexOf(magic, from + 1)) {
    if (typeof readHeader(piece, from) === 'object') return from
  }
  if (isEnd) return piece.length
  // The last bytes of the piece may be the beginning of a valid header.
  return Math.max(at + 1, piece.length - headerBytes + 1)
}

const readPayload = (payload: Buffer, crc: number): Hook | undefined => {
  if (crc32(payload) !== crc) return undefined
  try {
    const headEnd = 4 + payload.readUInt32BE(0)
    const head = JSON.parse(payload.toString('utf8', 4, headEnd)) as Omit<Hook, 'body'> | null
    return head === null ? undefined : { ...head, body: payload.subarray(headEnd) }
  } catch {
    // The checksums are right, so another program has written this.
    return undefined
  }
}
