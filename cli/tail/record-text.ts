import type { LogMessage } from '../../lib/kafka/log-reader.ts'

/** A message with its value decoded. */
type DecodedMessage = Omit<LogMessage, 'value'> & { value: unknown }

/** A record for people: where it is in Kafka, its typed fields, and the body exactly as GitLab sent it. */
export const recordText = ({ topic, partition, offset, timestamp, key, value }: DecodedMessage): string => {
  const time = new Date(timestamp).toISOString()
  const place = `${time} ${topic} partition ${partition} offset ${offset} key ${key ?? '-'}`
  if (typeof value !== 'object' || value === null || !('raw' in value))
    return `${place}\n${JSON.stringify(value, null, 2)}\n`
  const { raw, ...fields } = value
  return `${place}\n${JSON.stringify(fields, null, 2)}\nraw\n${raw}\n`
}
