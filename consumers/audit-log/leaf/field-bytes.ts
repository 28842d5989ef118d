/** A value as it is committed. Numbers are whole, times are in milliseconds since 1970. */
export type FieldValue = string | number | bigint | Uint8Array | null

const absent = Buffer.of(0)
const present = 1

/**
 * The bytes of some values, one after the other. Each value begins with 0 if it is null, else with 1 and its
 * length in 4 bytes. A number has 8 bytes, a text is UTF-8. So no two lists of values have the same bytes.
 * All numbers are big-endian. `audit_log.field` in the database does the same.
 */
export const fieldBytes = (values: readonly FieldValue[]): Buffer => {
  const parts: Uint8Array[] = []
  for (const value of values) {
    if (value === null) {
      parts.push(absent)
      continue
    }
    const bytes = bytesOf(value)
    const head = Buffer.allocUnsafe(5)
    head[0] = present
    head.writeUInt32BE(bytes.length, 1)
    parts.push(head, bytes)
  }
  return Buffer.concat(parts)
}

const bytesOf = (value: Exclude<FieldValue, null>): Uint8Array => {
  if (typeof value === 'string') return Buffer.from(value)
  if (value instanceof Uint8Array) return value
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64BE(BigInt(value))
  return bytes
}
