import { crc32c } from './crc32c.ts'
import { type RoomyBody, writeRoomyBody } from './headroom-buffer.ts'

type Bytes = Buffer | string | null | undefined

/** A message as the Kafka client hands it to its encoder. */
export interface MessageToEncode {
  key?: Bytes
  value?: Bytes
  /** Milliseconds since 1970, as decimal text; absent: now. */
  timestamp?: string
  headers?: Readonly<Record<string, Bytes | readonly Bytes[]>>
}

/** A produce request of a producer that is neither idempotent nor transactional and does not compress. */
export interface ProduceToEncode {
  acks: number
  timeout: number
  topicData: readonly {
    topic: string
    partitions: readonly { partition: number; messages: readonly MessageToEncode[] }[]
  }[]
}

/**
 * The body of a produce request, versions 3 to 7, in one buffer, with room in front for what goes before it.
 * https://kafka.apache.org/documentation/#recordbatch, https://kafka.apache.org/protocol#The_Messages_Produce
 */
export const encodeProduce = ({ acks, timeout, topicData }: ProduceToEncode): RoomyBody => {
  const topics = topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, messages }) => ({ partition, batch: planBatch(messages) })),
  }))
  let size = 2 + 2 + 4 + 4
  for (const { topic, partitions } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4
    for (const { batch } of partitions) size += 4 + 4 + batch.size
  }

  return writeRoomyBody(size, (body, start) => {
    let at = body.writeInt16BE(-1, start) // no transaction
    at = body.writeInt16BE(acks, at)
    at = body.writeInt32BE(timeout, at)
    at = body.writeInt32BE(topics.length, at)
    for (const { topic, partitions } of topics) {
      at = body.writeInt16BE(Buffer.byteLength(topic), at)
      at += body.write(topic, at)
      at = body.writeInt32BE(partitions.length, at)
      for (const { partition, batch } of partitions) {
        at = body.writeInt32BE(partition, at)
        at = body.writeInt32BE(batch.size, at)
        at = writeBatch(body, at, batch)
      }
    }
  })
}

/** The records of one partition, measured. */
interface Batch {
  records: readonly PlannedRecord[]
  firstTimestamp: number
  maxTimestamp: number
  /** With everything. */
  size: number
}

interface PlannedRecord {
  key: Bytes
  value: Bytes
  fields: readonly (readonly [name: string, value: Bytes])[]
  offsetDelta: number
  timestampDelta: number
  /** Without the length in front of it. */
  size: number
}

/** Up to the length, then up to the checksum, then up to the records. */
const [beforeLength, beforeChecksum, beforeRecords] = [12, 21, 61]

const planBatch = (messages: readonly MessageToEncode[]): Batch => {
  const now = Date.now()
  const timestamps = messages.map(({ timestamp }) => (timestamp ? Number(timestamp) : now))
  const firstTimestamp = timestamps.reduce((a, b) => Math.min(a, b))
  const records = messages.map(({ key, value, headers }, index) => {
    const timestampDelta = (timestamps[index] ?? now) - firstTimestamp
    const fields = fieldsOf(headers)
    let size =
      1 +
      sizeOf(timestampDelta) +
      sizeOf(index) +
      sizeOfBytes(key) +
      sizeOfBytes(value) +
      sizeOf(fields.length)
    for (const [name, field] of fields) size += sizeOfBytes(name) + sizeOfBytes(field)
    return { key, value, fields, offsetDelta: index, timestampDelta, size }
  })
  return {
    records,
    firstTimestamp,
    maxTimestamp: timestamps.reduce((a, b) => Math.max(a, b)),
    size: records.reduce((sum, { size }) => sum + sizeOf(size) + size, beforeRecords),
  }
}

const fieldsOf = (headers: MessageToEncode['headers'] = {}): (readonly [string, Bytes])[] => {
  const fields: (readonly [string, Bytes])[] = []
  for (const [name, values] of Object.entries(headers)) {
    if (Array.isArray(values)) for (const value of values) fields.push([name, value])
    else fields.push([name, values as Bytes])
  }
  return fields
}

const writeBatch = (
  body: Buffer,
  start: number,
  { records, firstTimestamp, maxTimestamp, size }: Batch,
): number => {
  let at = body.writeBigInt64BE(0n, start) // base offset: the broker's to give
  at = body.writeInt32BE(size - beforeLength, at)
  at = body.writeInt32BE(0, at) // leader epoch
  at = body.writeInt8(2, at) // version of the format
  at += 4 // the checksum, when all behind it is written
  at = body.writeInt16BE(0, at) // attributes: not compressed, time of creation
  at = body.writeInt32BE(records.length - 1, at)
  at = body.writeBigInt64BE(BigInt(firstTimestamp), at)
  at = body.writeBigInt64BE(BigInt(maxTimestamp), at)
  at = body.writeBigInt64BE(-1n, at) // no producer id
  at = body.writeInt16BE(0, at) // nor epoch
  at = body.writeInt32BE(0, at) // nor sequence
  at = body.writeInt32BE(records.length, at)
  for (const record of records) at = writeRecord(body, at, record)
  body.writeUInt32BE(crc32c(body.subarray(start + beforeChecksum, at)), start + beforeChecksum - 4)
  return at
}

const writeRecord = (
  body: Buffer,
  start: number,
  { key, value, fields, offsetDelta, timestampDelta, size }: PlannedRecord,
): number => {
  let at = writeNumber(body, start, size)
  body[at++] = 0 // attributes: none are defined
  at = writeNumber(body, at, timestampDelta)
  at = writeNumber(body, at, offsetDelta)
  at = writeBytes(body, at, key)
  at = writeBytes(body, at, value)
  at = writeNumber(body, at, fields.length)
  for (const [name, field] of fields) at = writeBytes(body, writeBytes(body, at, name), field)
  return at
}

/** Signs go to the last bit, so that small numbers of either sign stay short. Not by shifts: times may differ by more than 32 bits. */
const zigZag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)

const sizeOf = (value: number): number => {
  let size = 1
  for (let rest = zigZag(value); rest > 127; rest = Math.floor(rest / 128)) size++
  return size
}

const sizeOfBytes = (bytes: Bytes): number => {
  if (bytes == null) return sizeOf(-1)
  const length = Buffer.byteLength(bytes)
  return sizeOf(length) + length
}

/** @returns where to go on, as all of these do */
const writeNumber = (body: Buffer, start: number, value: number): number => {
  let at = start
  let rest = zigZag(value)
  for (; rest > 127; rest = Math.floor(rest / 128)) body[at++] = (rest % 128) | 128
  body[at++] = rest
  return at
}

const writeBytes = (body: Buffer, start: number, bytes: Bytes): number => {
  if (bytes == null) return writeNumber(body, start, -1)
  if (typeof bytes === 'string') {
    const at = writeNumber(body, start, Buffer.byteLength(bytes))
    return at + body.write(bytes, at)
  }
  const at = writeNumber(body, start, bytes.length)
  return at + bytes.copy(body, at)
}
