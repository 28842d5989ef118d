import type { Kafka } from 'kafkajs'
import { type LogMessage, openRecordReader } from '../../lib/kafka/log-reader.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'

/**
 * The message of a dead letter where it was read; undefined where it is gone. Of a topic that was made anew another message may be there.
 *
 * @param letter as it is on the dead-letter topic
 */
export const readOrigin = async (kafka: Kafka, letter: LogMessage): Promise<LogMessage | undefined> => {
  const [topic = '', partition, offset] = (letter.key ?? '').split('/')
  const place = { topic, partition: Number(partition), offset: Number(offset) }
  const offsets = await openOffsets(kafka)
  const ends = await offsets.ends([topic]).finally(() => offsets.close())
  const log = ends.find((each) => each.partition === place.partition)
  if (log === undefined || place.offset < log.low || place.offset >= log.high) return undefined
  const reader = await openRecordReader(kafka)
  const message = await reader.read(place).finally(() => reader.close())
  const isSame =
    message?.offset === place.offset &&
    String(message.timestamp) === letter.headers['dead-letter-origin-timestamp']
  return isSame ? message : undefined
}
