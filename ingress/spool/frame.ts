import { crc32 } from 'node:zlib'
import type { Hook } from '../hook.ts'

// The frame of a hook on disk:
//   header: magic | mark | index | payload length | CRC-32 of the payload | CRC-32 of the header before it
//   payload: length of the head | head: the hook without its body, in JSON | body
// The header of the format before it, which is still read, has neither mark nor index:
//   magic | payload length | CRC-32 of the payload | CRC-32 of the header before it
// Each number is an unsigned integer of 32 bits, big endian.
const magic = Buffer.from('GKB2')
const oldMagic = Buffer.from('GKB1')
const magicStart = Buffer.from('GKB')
const oldHeaderBytes = 16
/** Size of a header, in bytes. Headers of the older format are smaller. */
export const headerBytes = 24

/** Where a frame belongs, so that missing frames and frames of other segments are noticed. */
export interface FramePlace {
  /**
   * A random number that all frames of a segment have in common. Without it, a sender could put a whole frame
   * into a body, and the frame would be taken for a hook if the bytes before it were damaged.
   */
  mark: number
  /** How many hooks were written to the segment before this one. */
  index: number
}

/** Encodes a hook. The frame belongs to no segment until it is sealed. */
export const encodeFrame = ({ body, ...head }: Hook): Buffer => {
  const headJson = Buffer.from(JSON.stringify(head))
  const payloadBytes = 4 + headJson.length + body.length
  const frame = Buffer.allocUnsafe(headerBytes + payloadBytes)
  frame.writeUInt32BE(headJson.length, headerBytes)
  headJson.copy(frame, headerBytes + 4)
  body.copy(frame, headerBytes + 4 + headJson.length)
  magic.copy(frame)
  frame.writeUInt32BE(payloadBytes, 12)
  frame.writeUInt32BE(crc32(frame.subarray(headerBytes)), 16)
  return sealFrame(frame, { mark: 0, index: 0 })
}

/** Writes into the frame where it belongs. @returns the same frame */
export const sealFrame = (frame: Buffer, { mark, index }: FramePlace): Buffer => {
  frame.writeUInt32BE(mark, 4)
  frame.writeUInt32BE(index, 8)
  frame.writeUInt32BE(crc32(frame.subarray(0, headerBytes - 4)), headerBytes - 4)
  return frame
}

export interface Header {
  /** Undefined in a frame of the older format. */
  place: FramePlace | undefined
  /** Where the payload starts and ends, counted from the start of the header. */
  payloadStart: number
  payloadEnd: number
  payloadCrc: number
}

/** @returns incomplete if more bytes are needed to tell whether this is a header */
export const readHeader = (piece: Buffer, at: number): Header | 'incomplete' | 'invalid' => {
  const begun = piece.subarray(at, at + magic.length)
  const isOld = isStartOf(oldMagic, begun)
  if (!isOld && !isStartOf(magic, begun)) return 'invalid'
  const size = isOld ? oldHeaderBytes : headerBytes
  if (piece.length - at < size) return 'incomplete'

  const header = piece.subarray(at, at + size)
  if (crc32(header.subarray(0, size - 4)) !== header.readUInt32BE(size - 4)) return 'invalid'
  const payloadBytes = header.readUInt32BE(size - 12)
  return {
    place: isOld ? undefined : { mark: header.readUInt32BE(4), index: header.readUInt32BE(8) },
    payloadStart: size,
    payloadEnd: size + payloadBytes,
    payloadCrc: header.readUInt32BE(size - 8),
  }
}

/** Offsets after `at` at which a header may start. */
export function* headerCandidates(piece: Buffer, at: number): Generator<number> {
  for (let from = piece.indexOf(magicStart, at + 1); from >= 0; from = piece.indexOf(magicStart, from + 1))
    yield from
}

/** @returns undefined if the payload is damaged */
export const readPayload = (payload: Buffer, crc: number): Hook | undefined => {
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

const maxIds = 20

/**
 * The ids of hooks that seem to be in damaged bytes, at most 20. They help to find the hooks in GitLab. They
 * are not certain: the ids may be damaged, and a body may contain bytes that look like a hook.
 */
export const idsInDamage = (bytes: Buffer): string[] => {
  const heads = bytes.toString('latin1').matchAll(/\{"id":"([\x21-\x7e]{1,200}?)","source":"/g)
  return [...new Set(heads.take(maxIds).map(([, id = '']) => id))]
}

const isStartOf = (whole: Buffer, begun: Buffer): boolean => whole.subarray(0, begun.length).equals(begun)
