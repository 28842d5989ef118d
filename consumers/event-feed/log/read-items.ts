import type { Kafka } from 'kafkajs'
import type { Decode } from '../../../lib/avro/codec.ts'
import { messageOf, PermanentError } from '../../../lib/errors.ts'
import type { LogMessage } from '../../../lib/kafka/log-reader.ts'
import { isEventType, type RecordOf } from '../../../schemas/catalogue.ts'
import type { Layout } from '../position/layout.ts'
import type { RestoreBody } from './bodies.ts'
import type { FeedItem, ReadRecord } from './item.ts'
import { type ItemPlace, makeItem, makeUnreadableItem } from './make-item.ts'

export interface ItemSource {
  kafka: Kafka
  decode: Decode
  restoreBody: RestoreBody
}

/**
 * Decodes one message. A record that can never be read becomes an item that says so.
 *
 * @returns undefined if the layout does not have its partition
 * @throws RetriableError while the registry or the brokers do not answer
 */
export const readItem = async (
  source: ItemSource,
  layout: Layout,
  message: LogMessage,
): Promise<FeedItem | undefined> => {
  const { topic, partition, offset, timestamp } = message
  const index = layout.indexOf(topic, partition)
  const event = index === undefined ? undefined : layout.partitions[index]?.event
  if (index === undefined || event === undefined) return undefined
  const place: ItemPlace = { topic, partition, offset, timestamp, index, event }
  try {
    return makeItem(place, await readRecordOf(source, event, message.value))
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error
    return makeUnreadableItem(place, messageOf(error))
  }
}

/**
 * @throws PermanentError if the record cannot be decoded; RetriableError while the registry or the brokers do
 *   not answer
 */
export const readRecordOf = async (
  { decode, restoreBody }: Pick<ItemSource, 'decode' | 'restoreBody'>,
  event: string,
  value: Buffer | null,
): Promise<ReadRecord> => {
  if (value === null) throw new PermanentError('the message has no value')
  const record = (await decode(value)) as RecordOf
  const rawMissing = await restoreBody(record)
  if (isEventType(event)) record.eventType = event
  return { record, rawMissing }
}
