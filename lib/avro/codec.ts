import type { Type } from 'avsc'
import { PermanentError } from '../errors.ts'

/**
 * Turns a record into a message value in Confluent's wire format: `0x00`, schema id (4 bytes, big endian),
 * Avro.
 */
export type Encode<T> = (record: T) => Buffer

const magicByte = 0
const headerBytes = 5

/** The largest buffer that is reused for the next record. A larger record gets its own buffer. */
const maxReusedBytes = 1024 * 1024

/** @throws Error with the message of avsc if the record does not match the schema */
export const createEncoder = <T>(type: Type, schemaId: number): Encode<T> => {
  let reused = Buffer.allocUnsafe(16 * 1024)
  return (record) => {
    let buffer = reused
    let end = type.encode(record, buffer, headerBytes)
    if (end < 0) {
      // A negative result is the number of missing bytes.
      buffer = Buffer.allocUnsafe(buffer.length - end)
      end = type.encode(record, buffer, headerBytes)
      if (buffer.length <= maxReusedBytes) reused = buffer
    }
    buffer[0] = magicByte
    buffer.writeInt32BE(schemaId, 1)
    return buffer === reused ? Buffer.from(buffer.subarray(0, end)) : buffer.subarray(0, end)
  }
}

/** Turns a message value back into a record. */
export type Decode = (value: Buffer) => Promise<unknown>

/** @throws PermanentError if the value is not in Confluent's wire format */
export const schemaIdOf = (value: Buffer): number => {
  if (value.length <= headerBytes || value[0] !== magicByte)
    throw new PermanentError('the value is not in the wire format of Confluent')
  return value.readInt32BE(1)
}

/**
 * Creates a decoder that fetches each schema once and caches how to read it. Decoding throws PermanentError
 * if the value can never be decoded, and RetriableError while the schema registry does not answer.
 *
 * @param typeOf fetches the writer's type of a schema id
 * @param readerOf selects the type as which records of a writer's type are read; the writer's type itself
 *   reads records as they were written
 */
export const createDecoder = (
  typeOf: (schemaId: number) => Promise<Type>,
  readerOf: (writer: Type) => Type,
): Decode => {
  const decoders = new Map<number, (value: Buffer) => unknown>()

  const compile = async (schemaId: number) => {
    const writer = await typeOf(schemaId)
    const reader = readerOf(writer)
    const resolver = reader === writer ? undefined : asPermanent(() => reader.createResolver(writer))
    return (value: Buffer) => reader.fromBuffer(value.subarray(headerBytes), resolver)
  }

  return async (value) => {
    const schemaId = schemaIdOf(value)
    let decode = decoders.get(schemaId)
    if (decode === undefined) {
      decode = await compile(schemaId)
      decoders.set(schemaId, decode)
    }
    return asPermanent(() => decode(value))
  }
}

const asPermanent = <T>(action: () => T): T => {
  try {
    return action()
  } catch (error) {
    throw new PermanentError(`the value cannot be decoded: ${(error as Error).message}`, { cause: error })
  }
}
