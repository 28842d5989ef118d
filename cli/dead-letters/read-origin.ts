import type { Kafka } from 'kafkajs'
import type { LogMessage } from '../../lib/kafka/log-reader.ts'
import { parseMessageOrigin } from '../../lib/kafka/message-origin.ts'
import { openOffsets } from '../../lib/kafka/offsets.ts'
import { openRecordReader } from '../../lib/kafka/record-reader.ts'

/**
 * Reads the original message of a dead letter from the topic where the worker read it.
 *
 * @param letter the message on the dead-letter topic
 * @returns undefined if the topic does not hold the message any more. A topic that was deleted and created
 * again may hold another message at the same offset; its timestamp differs.
 */
export const readOrigin = async (kafka: Kafka, letter: LogMessage): Promise<LogMessage | undefined> => {
  const place = parseMessageOrigin(letter.key ?? '')
  const offsets = await openOffsets(kafka)
  const ends = await offsets.ends([place.topic]).finally(() => offsets.close())
  const end = ends.find((each) => each.partition === place.partition)
  if (end === undefined || place.offset < end.low || place.offset >= end.high) return undefined
  const reader = await openRecordReader(kafka)
  const message = await reader.read(place).finally(() => reader.close())
  const isSame =
    message?.offset === place.offset &&
    String(message.timestamp) === letter.headers['dead-letter-origin-timestamp']
  return isSame ? message : undefined
}
