import type { Bytes } from './message-to-encode.ts'

// Kafka's variable-length integers: https://protobuf.dev/programming-guides/encoding/#signed-ints
// Multiplication and division stand in for shifts, because timestamps may differ by more than 32 bits.
const zigZag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

/** The bytes that an integer takes. */
export const varintSize = (value: number): number => {
  let size = 1
  for (let rest = zigZag(value); rest > 127; rest = Math.floor(rest / 128)) size++
  return size
}

/** The bytes that a text or a buffer takes, including the length in front of it. */
export const lengthPrefixedSize = (bytes: Bytes): number => {
  if (bytes == null) return varintSize(-1)
  const length = Buffer.byteLength(bytes)
  return varintSize(length) + length
}

/** @returns the position behind what was written */
export const writeVarint = (buffer: Buffer, start: number, value: number): number => {
  let at = start
  let rest = zigZag(value)
  for (; rest > 127; rest = Math.floor(rest / 128)) buffer[at++] = (rest % 128) | 128
  buffer[at++] = rest
  return at
}

/** @returns the position behind what was written */
export const writeLengthPrefixed = (buffer: Buffer, start: number, bytes: Bytes): number => {
  if (bytes == null) return writeVarint(buffer, start, -1)
  if (typeof bytes === 'string') {
    const at = writeVarint(buffer, start, Buffer.byteLength(bytes))
    return at + buffer.write(bytes, at)
  }
  const at = writeVarint(buffer, start, bytes.length)
  return at + bytes.copy(buffer, at)
}
