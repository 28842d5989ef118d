import { isUtf8 } from 'node:buffer'
import type { LogMessage } from '../../lib/kafka/log-reader.ts'

/** A record in JSON's terms: `raw` as UTF-8 text, or as `raw_base64` where it is none. */
export const printable = (record: Record<string, unknown>): Record<string, unknown> => {
  const { raw, ...fields } = record
  if (!Buffer.isBuffer(raw)) return record
  return isUtf8(raw) ? { ...fields, raw: raw.toString() } : { ...fields, raw_base64: raw.toString('base64') }
}

/** For people: where it lies, its typed fields, and the body exactly as GitLab sent it. */
export const toText = ({
  topic,
  partition,
  offset,
  timestamp,
  key,
  value,
}: Omit<LogMessage, 'value'> & { value: unknown }): string => {
  const place = `${new Date(timestamp).toISOString()} ${topic} partition ${partition} offset ${offset} key ${key ?? '-'}`
  if (typeof value !== 'object' || value === null || !('raw' in value))
    return `${place}\n${JSON.stringify(value, null, 2)}\n`
  const { raw, ...fields } = value
  return `${place}\n${JSON.stringify(fields, null, 2)}\nraw\n${raw}\n`
}
