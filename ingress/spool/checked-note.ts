import { crc32 } from 'node:zlib'

/**
 * Encodes a small object as JSON with a checksum.
 *
 * @param values without a field `crc32`
 */
export const encodeNote = (values: Record<string, unknown>): string =>
  JSON.stringify({ ...values, crc32: crc32(JSON.stringify(values)) })

/** @returns undefined if this is not a note, or if it has been changed since it was written */
export const decodeNote = (text: string): Record<string, unknown> | undefined => {
  try {
    const { crc32: checksum, ...values } = JSON.parse(text) as Record<string, unknown>
    return checksum === crc32(JSON.stringify(values)) ? values : undefined
  } catch {
    return undefined
  }
}
