/**
 * The body of a request in a buffer that has free space in front of the body. The fields that kafkajs puts
 * before the body are written into that space, so that the body is not copied. `buf` and `buffer` are the
 * body under the two names by which kafkajs reads it.
 */
export interface HeadroomBuffer {
  readonly buf: Buffer
  readonly buffer: Buffer
  /** The headroom and the body. */
  readonly whole: Buffer
  /** Where the body begins in `whole`. */
  readonly start: number
}

/** In bytes: enough for length, API key, version, correlation id and a client id of up to 240 bytes. */
const headroomBytes = 256

/**
 * @param size of the body, in bytes
 * @param write writes the body into the buffer, from `start` on
 */
export const createHeadroomBuffer = (
  size: number,
  write: (buffer: Buffer, start: number) => void,
): HeadroomBuffer => {
  const whole = Buffer.allocUnsafe(headroomBytes + size)
  write(whole, headroomBytes)
  return headroomBufferAt(whole, headroomBytes)
}

/** The part of `whole` that begins at `start`, with what lies before it as its headroom. */
export const headroomBufferAt = (whole: Buffer, start: number): HeadroomBuffer => {
  const buffer = whole.subarray(start)
  return { buf: buffer, buffer, whole, start }
}
