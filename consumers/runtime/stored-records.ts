import type { Kafka } from 'kafkajs'
import type { Decode } from '../../lib/avro/codec.ts'
import { messageOf, RetriableError } from '../../lib/errors.ts'
import { messageOrigin } from '../../lib/kafka/message-origin.ts'
import type { Offsets } from '../../lib/kafka/offsets.ts'
import { openRecordReader, type RecordReader } from '../../lib/kafka/record-reader.ts'
import { withTimeLimit } from '../../lib/time-limit.ts'
import type { EventType, RecordOf } from '../../schemas/catalogue.ts'
import type { Message, Origin } from '../consumer.ts'
import { recordWithHeaders } from './decode-and-handle.ts'

export interface StoredRecordsParts {
  kafka: Kafka
  offsets: Pick<Offsets, 'topicIds'>
  decode: Decode
  eventOf(message: Pick<Message, 'topic' | 'headers'>): EventType
}

/** Reads records again that the worker has handled before. */
export interface StoredRecords {
  /**
   * @returns undefined if the brokers do not hold the record any more: it has expired, was compacted away, or
   *   its topic was deleted
   * @throws RetriableError while the brokers or the registry do not answer; PermanentError if the record
   *   cannot be decoded
   */
  read(origin: Origin): Promise<RecordOf | undefined>
  close(): Promise<void>
}

const limitMs = 20_000

/** The connection is made at the first read, because most workers never read a record again. */
export const createStoredRecords = ({
  kafka,
  offsets,
  decode,
  eventOf,
}: StoredRecordsParts): StoredRecords => {
  let opened: Promise<RecordReader> | undefined
  const closeReader = async () => {
    const reader = opened
    opened = undefined
    await reader?.then((each) => each.close()).catch(() => undefined)
  }
  const readMessage = async ({ topic, topicId, partition, offset }: Origin) => {
    const ids = await offsets.topicIds([topic])
    if (ids.get(topic) !== topicId) return undefined
    opened ??= openRecordReader(kafka)
    const message = await (await opened).read({ topic, partition, offset })
    return message?.offset === offset && message.value !== null ? message : undefined
  }
  return {
    read: async (origin) => {
      const found = await withTimeLimit(limitMs, readMessage(origin)).catch(async (cause: unknown) => {
        await closeReader()
        const place = messageOrigin(origin)
        throw new RetriableError(`cannot read ${place} again: ${messageOf(cause)}`, { cause })
      })
      return found && (await recordWithHeaders(decode, found, eventOf(found)))
    },
    close: closeReader,
  }
}
