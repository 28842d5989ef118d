import { crc32 } from 'node:zlib'
import type { Hook } from '../hook.ts'

// A hook on disk: magic | payload length | CRC-32 of the payload | CRC-32 of these twelve bytes | payload.
// The payload: length of the head | head (JSON, everything but the body) | body. Numbers are 32 bits, big endian.
const magic = Buffer.from('GKB1')
const headerBytes = 16

/** @returns the frame in pieces, so that a large body is not copied */
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
 * A stretch of a segment, from `start` to `end` in bytes. What is torn was being written when the process died:
 * nobody was told that it is kept. What is corrupt was kept, and has been damaged since.
 */
export type Stretch = { start: number; end: number } & (
  | { kind: 'hook'; hook: Hook }
  | { kind: 'torn' | 'corrupt' }
)

export interface Parsed {
  stretches: Stretch[]
  /** Where the next reading must begin. */
  next: number
  /** How many bytes that reading needs at least to get any further. */
  needs: number
}

/**
 * Takes the frames out of a piece of a segment. After damage it goes on at the next sound header.
 *
 * @param offset where the piece begins in its segment
 * @param isEnd whether the segment ends with this piece
 */
export const parseFrames = (piece: Buffer, offset: number, isEnd: boolean): Parsed => {
  const stretches: Stretch[] = []
  let at = 0
  const skip = (kind: 'torn' | 'corrupt', end: number) => {
    stretches.push({ kind, start: offset + at, end: offset + end })
    at = end
  }
  while (at < piece.length) {
    const header = readHeader(piece, at)
    if (header === 'incomplete') {
      if (!isEnd) return { stretches, next: offset + at, needs: headerBytes }
      skip('torn', piece.length)
    } else if (header === 'unsound') {
      // Of a piece that ends here, the last bytes may be the beginning of a sound header.
      skip(
        'corrupt',
        nextSoundHeader(piece, at + 1) ??
          (isEnd ? piece.length : Math.max(at + 1, piece.length - headerBytes + 1)),
      )
    } else {
      const end = at + headerBytes + header.payloadLength
      if (end > piece.length) {
        if (!isEnd) return { stretches, next: offset + at, needs: end - at }
        skip('torn', piece.length)
        continue
      }
      const hook = readPayload(piece.subarray(at + headerBytes, end), header.payloadCrc)
      if (hook === undefined) skip('corrupt', end)
      else {
        stretches.push({ kind: 'hook', hook, start: offset + at, end: offset + end })
        at = end
      }
    }
  }
  return { stretches, next: offset + at, needs: headerBytes }
}

type Header = { payloadLength: number; payloadCrc: number } | 'incomplete' | 'unsound'

const readHeader = (piece: Buffer, at: number): Header => {
  if (piece.length - at < headerBytes) return 'incomplete'
  const header = piece.subarray(at, at + headerBytes)
  const isSound =
    header.subarray(0, 4).equals(magic) && crc32(header.subarray(0, 12)) === header.readUInt32BE(12)
  return isSound ? { payloadLength: header.readUInt32BE(4), payloadCrc: header.readUInt32BE(8) } : 'unsound'
}

const nextSoundHeader = (piece: Buffer, from: number): number | undefined => {
  for (let at = piece.indexOf(magic, from); at >= 0; at = piece.indexOf(magic, at + 1)) {
    if (typeof readHeader(piece, at) === 'object') return at
  }
  return undefined
}

const readPayload = (payload: Buffer, crc: number): Hook | undefined => {
  if (crc32(payload) !== crc) return undefined
  try {
    const headEnd = 4 + payload.readUInt32BE(0)
    const head = JSON.parse(payload.toString('utf8', 4, headEnd)) as Omit<Hook, 'body'> | null
    return head === null ? undefined : { ...head, body: payload.subarray(headEnd) }
  } catch {
    return undefined // the sums are right: written by something that is not us
  }
}
