import { isUtf8 } from 'node:buffer'
import { messageOf } from '../../lib/errors.ts'

/**
 * A record that JSON can hold: `raw` is UTF-8 text, or `raw_base64` stands in its place if it is not UTF-8.
 */
const printableRecord = (record: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { raw, ...fields } = record
  if (!Buffer.isBuffer(raw)) return record
  return isUtf8(raw) ? { ...fields, raw: raw.toString() } : { ...fields, raw_base64: raw.toString('base64') }
}

/**
 * A decoded value that JSON can hold. A value that cannot be decoded is shown as bytes, with the reason,
 * because operators use this output when something is wrong.
 *
 * @param decode decodes `value`
 */
export const printableValue = async (
  value: Buffer | null,
  decode: () => Promise<unknown>,
): Promise<Record<string, unknown>> => {
  try {
    return printableRecord((await decode()) as Record<string, unknown>)
  } catch (error) {
    return { undecodable: messageOf(error), value_base64: value?.toString('base64') ?? null }
  }
}
