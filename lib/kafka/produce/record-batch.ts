import { crc32c } from './crc32c.ts'
import type { Bytes, MessageToEncode } from './message-to-encode.ts'
import { lengthPrefixedSize, varintSize, writeLengthPrefixed, writeVarint } from './varint.ts'

/** The records of one partition with their sizes, ready to be written. */
export interface RecordBatch {
  records: readonly MeasuredRecord[]
  firstTimestamp: number
  maxTimestamp: number
  /** In bytes, including the header of the batch. */
  size: number
}

interface MeasuredRecord {
  key: Bytes
  value: Bytes
  headers: readonly (readonly [name: string, value: Bytes])[]
  offsetDelta: number
  timestampDelta: number
  /** In bytes, without the length field in front of the record. */
  size: number
}

// Positions inside the header of a batch: https://kafka.apache.org/documentation/#recordbatch
const endOfLength = 12
const endOfChecksum = 21
const headerSize = 61

export const measureBatch = (messages: readonly MessageToEncode[]): RecordBatch => {
  const now = Date.now()
  const timestamps = messages.map(({ timestamp }) => (timestamp ? Number(timestamp) : now))
  const firstTimestamp = timestamps.reduce((a, b) => Math.min(a, b))
  const records = messages.map((message, index) =>
    measureRecord(message, index, (timestamps[index] ?? now) - firstTimestamp),
  )
  return {
    records,
    firstTimestamp,
    maxTimestamp: timestamps.reduce((a, b) => Math.max(a, b)),
    size: records.reduce((sum, { size }) => sum + varintSize(size) + size, headerSize),
  }
}

const measureRecord = (
  { key, value, headers: given }: MessageToEncode,
  offsetDelta: number,
  timestampDelta: number,
): MeasuredRecord => {
  const headers = headersOf(given)
  let size = 1 // attributes
  size += varintSize(timestampDelta)
  size += varintSize(offsetDelta)
  size += lengthPrefixedSize(key)
  size += lengthPrefixedSize(value)
  size += varintSize(headers.length)
  for (const [name, header] of headers) size += lengthPrefixedSize(name) + lengthPrefixedSize(header)
  return { key, value, headers, offsetDelta, timestampDelta, size }
}

const headersOf = (given: MessageToEncode['headers'] = {}): (readonly [string, Bytes])[] => {
  const headers: (readonly [string, Bytes])[] = []
  for (const [name, values] of Object.entries(given)) {
    if (Array.isArray(values)) for (const value of values) headers.push([name, value])
    else headers.push([name, values as Bytes])
  }
  return headers
}

/** @returns the position behind the batch */
export const writeBatch = (
  buffer: Buffer,
  start: number,
  { records, firstTimestamp, maxTimestamp, size }: RecordBatch,
): number => {
  let at = buffer.writeBigInt64BE(0n, start) // base offset, which the broker sets
  at = buffer.writeInt32BE(size - endOfLength, at)
  at = buffer.writeInt32BE(0, at) // leader epoch
  at = buffer.writeInt8(2, at) // version of the format
  at += 4 // checksum, written last
  at = buffer.writeInt16BE(0, at) // attributes: not compressed, timestamps are creation times
  at = buffer.writeInt32BE(records.length - 1, at)
  at = buffer.writeBigInt64BE(BigInt(firstTimestamp), at)
  at = buffer.writeBigInt64BE(BigInt(maxTimestamp), at)
  at = buffer.writeBigInt64BE(-1n, at) // no producer id
  at = buffer.writeInt16BE(0, at) // no producer epoch
  at = buffer.writeInt32BE(0, at) // no sequence number
  at = buffer.writeInt32BE(records.length, at)
  for (const record of records) at = writeRecord(buffer, at, record)
  const checksum = crc32c(buffer.subarray(start + endOfChecksum, at))
  buffer.writeUInt32BE(checksum, start + endOfChecksum - 4)
  return at
}

const writeRecord = (
  buffer: Buffer,
  start: number,
  { key, value, headers, offsetDelta, timestampDelta, size }: MeasuredRecord,
): number => {
  let at = writeVarint(buffer, start, size)
  buffer[at++] = 0 // attributes, of which Kafka defines none
  at = writeVarint(buffer, at, timestampDelta)
  at = writeVarint(buffer, at, offsetDelta)
  at = writeLengthPrefixed(buffer, at, key)
  at = writeLengthPrefixed(buffer, at, value)
  at = writeVarint(buffer, at, headers.length)
  for (const [name, header] of headers) {
    at = writeLengthPrefixed(buffer, at, name)
    at = writeLengthPrefixed(buffer, at, header)
  }
  return at
}
