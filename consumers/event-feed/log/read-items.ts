import type { Kafka } from 'kafkajs'
import type { Decode } from '../../../lib/avro/codec.ts'
import { messageOf, PermanentError, RetriableError } from '../../../lib/errors.ts'
import type { LogMessage } from '../../../lib/kafka/log-reader.ts'
import { restoreBody } from '../../../lib/kafka/restore-body.ts'
import { isEventType, type RecordOf } from '../../../schemas/catalogue.ts'
import type { Layout } from '../position/layout.ts'
import type { FeedItem } from './item.ts'
import { type ItemPlace, makeItem, makeUnreadableItem } from './make-item.ts'

/** How long all chunks of one body may take to read, in milliseconds. */
const chunksLimitMs = 20_000

export interface ItemSource {
  kafka: Kafka
  decode: Decode
  chunksTopic: string
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
 * @throws PermanentError if the record or its body cannot be read; RetriableError while the registry or the
 *   brokers do not answer
 */
export const readRecordOf = async (
  { kafka, decode, chunksTopic }: ItemSource,
  event: string,
  value: Buffer | null,
): Promise<RecordOf> => {
  if (value === null) throw new PermanentError('the message has no value')
  const record = (await decode(value)) as RecordOf
  const signal = AbortSignal.timeout(chunksLimitMs)
  const problem = await restoreBody(record, kafka, chunksTopic, signal).catch((cause: unknown) => {
    throw new RetriableError(`cannot read the body of delivery ${record.delivery.id}: ${messageOf(cause)}`, {
      cause,
    })
  })
  if (problem !== undefined) throw new PermanentError(problem)
  if (isEventType(event)) record.eventType = event
  return record
}
