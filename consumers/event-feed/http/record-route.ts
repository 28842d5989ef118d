import type { Request } from 'express'
import { PermanentError, RetriableError } from '../../../lib/errors.ts'
import type { RecordReader } from '../../../lib/kafka/record-reader.ts'
import type { EventType } from '../../../schemas/catalogue.ts'
import type { Generation } from '../log/generation.ts'
import { makeItem } from '../log/make-item.ts'
import { type ItemSource, readRecordOf } from '../log/read-items.ts'
import { recordOf } from '../log/record-shapes.ts'
import type { FairQueue } from '../stream/fair-queue.ts'
import { callerOf, type Tokens } from './access-of-request.ts'
import { RefusedError } from './answer.ts'

export interface RecordRouteOptions {
  generation(): Generation
  records: RecordReader
  /** Only some records are read at a time. */
  queue: FairQueue
  source: ItemSource
  tokens: Tokens
}

const unknown = () => new RefusedError(404, 'there is no such record, or the token may not see it')

/** So many requests of one token wait at most. A page asks for one record at a time. */
const mostWaiting = 50

/**
 * One record by its place: `GET /records/<topic>/<partition>/<offset>`.
 *
 * @throws RefusedError; RetriableError while the brokers or the registry do not answer
 */
export const readOneRecord = async (options: RecordRouteOptions, request: Request): Promise<object> => {
  const { generation, queue, tokens } = options
  const { access, name = '' } = callerOf(request, tokens)
  const { topic = '', partition = '', offset = '' } = request.params as Record<string, string>
  if (![partition, offset].every((text) => /^\d{1,15}$/.test(text))) throw unknown()
  const place = { topic, partition: Number(partition), offset: Number(offset) }
  const { layout, next } = generation()
  const index = layout.indexOf(topic, place.partition)
  const event: EventType | undefined = index === undefined ? undefined : layout.partitions[index]?.event
  if (index === undefined || event === undefined || !access.reads(event)) throw unknown()
  // Kafka would log an error for an offset that does not exist yet.
  if (place.offset >= (next[index] ?? 0)) throw unknown()
  if (queue.waitingOf(name) >= mostWaiting)
    throw new RefusedError(429, `${mostWaiting} requests for records wait already`)
  const read = await queue.run(name, () => readAt(options, request, { ...place, event }))
  const { facets } = makeItem({ ...place, timestamp: read.timestamp, index, event }, read)
  if (!access.sees(facets)) throw unknown()
  return recordOf({ ...place, ...read })
}

/** Reads and decodes the record of a place. */
const readAt = async (
  { records, source }: RecordRouteOptions,
  request: Request,
  { event, ...place }: { topic: string; partition: number; offset: number; event: EventType },
) => {
  // Nobody waits for the answer any more.
  if (request.socket.destroyed) throw unknown()
  const message = await records.read(place).catch((cause: unknown) => {
    throw new RetriableError('the brokers do not answer', { cause })
  })
  if (message === undefined || message.offset !== place.offset) throw unknown()
  const read = await readRecordOf(source, event, message.value).catch((error: unknown) => {
    // Streams name such a record with its problem, too.
    if (error instanceof PermanentError) throw new RefusedError(404, `it cannot be read: ${error.message}`)
    throw error
  })
  return { ...read, timestamp: message.timestamp }
}
