import type { Kafka } from 'kafkajs'
import { type LogMessage, openRecordReader } from '../../lib/log-reader.ts'
import { openOffsets } from '../../lib/offsets.ts'
import type { DeadLetter } from './dead-letter.ts'

/** The message of a dead letter where it was read; undefined where it is gone. */
export const readOrigin = async (kafka: Kafka, { dead_letter }: DeadLetter): Promise<LogMessage | undefined> => {
  const [topic = '', partition, offset] = dead_letter.split('/')
  const place = { topic, partition: Number(partition), offset: Number(offset) }
  const offsets = await openOffsets(kafka)
  const ends = await offsets.ends([topic]).finally(() => offsets.close())
  const log = ends.find((each) => each.partition === place.partition)
  if (log === undefined || place.offset < log.low || place.offset >= log.high) return undefined
  const reader = await openRecordReader(kafka)
  const message = await reader.read(place).finally(() => reader.close())
  return message?.offset === place.offset ? message : undefined
}
