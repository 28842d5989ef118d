import { createRequire } from 'node:module'

/** The client's own Encoder, as far as it is read or replaced. */
interface Encoder {
  buf: Buffer
  offset: number
  readonly buffer: Buffer
  writeEncoder(value: Encoder | RoomyBody): this
  /** Where its bytes lie in a roomier buffer. */
  adopted?: RoomyBody
}

/** A request's body in a buffer that has room in front of it, for what the client puts before the body. */
export interface RoomyBody {
  readonly buf: Buffer
  readonly buffer: Buffer
  readonly whole: Buffer
  /** Where the body begins in `whole`. */
  readonly start: number
}

const roomyBody = (whole: Buffer, start: number): RoomyBody => {
  const buffer = whole.subarray(start)
  return { buf: buffer, buffer, whole, start }
}

/** Length, kind, version, number and a name of up to 240 bytes. */
const headroom = 256

/** @param size of the body, in bytes; `write` gets the buffer and where the body begins in it */
export const writeRoomyBody = (size: number, write: (whole: Buffer, start: number) => void): RoomyBody => {
  const whole = Buffer.allocUnsafe(headroom + size)
  write(whole, headroom)
  return roomyBody(whole, headroom)
}

/**
 * The client copies a request as a whole twice, each time into a buffer of the next power of two, to put some 30 bytes in front of
 * it: into memory the system has to provide first. Where there is room in front, it is put there.
 */
export const mendEncoder = (): void => {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/protocol/encoder') as {
    prototype: Encoder & { isMended?: true }
  }
  if (prototype.isMended) return
  const theirs = prototype.writeEncoder
  prototype.writeEncoder = function (value) {
    const body = 'whole' in value ? value : value.adopted
    // What was written behind it since is elsewhere.
    if (body === undefined || body.buf !== value.buf || body.start < this.offset)
      return theirs.call(this, value) as typeof this
    const start = body.start - this.offset
    this.buf.copy(body.whole, start, 0, this.offset)
    this.adopted = roomyBody(body.whole, start)
    this.buf = this.adopted.buffer
    this.offset = this.buf.length
    return this
  }
  prototype.isMended = true
}
